"""The analyst's day: a cohort in which the truth is planted, and what the ready questions say of it."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.api.cli.terminal import lodestar
from tests.graph.folders import write_folder
from tests.journeys import savings

pytestmark = pytest.mark.database


@pytest.fixture
def ask(address, tmp_path):
    """Returns a function that asks by the command line, and reads the rows of the file that it wrote."""

    def run(*words):
        code, said = lodestar(address, "ask", *words, "--out", tmp_path / "answer.json")
        assert code == 0, said
        return json.loads((tmp_path / "answer.json").read_text(encoding="utf-8"))

    return run


async def test_the_analysts_day(graph, address, ask, tmp_path):
    code, said = lodestar(address, "import", write_folder(tmp_path / "savings", **savings.FILES))
    assert code == 0, said
    start = datetime.now(UTC) - timedelta(days=4)
    await savings.write_cohort(graph, start)

    # Was the new policy better, and how sure? It was not.
    rows = {(row["measure"], row["arm"]): row for row in ask("policy_comparison", "--baseline", "exercises")}
    new, old = rows["points mastered", "films 2"], rows["points mastered", "exercises 1"]
    assert (new["learners"], old["learners"], old["verdict"]) == (20, 20, "baseline")  # the visitors are left out
    assert (new["mixed"], old["mixed"]) == (1, 0)
    assert new["verdict"] == "worse" and new["difference_low"] < new["difference"] < new["difference_high"] < 0
    assert rows["goals reached", "films 2"]["verdict"] == "worse"
    assert rows["reward per decision", "films 2"]["verdict"] != "better"
    assert rows["minutes", "films 2"]["verdict"] == "unclear"
    team = ask("policy_comparison", "--learners", "sales", "--since", start.date(), "--at-least", "3")
    assert {row["learners"] for row in team if row["measure"] == "minutes"} == {10}
    assert not ask("policy_comparison", "--until", start.date())
    code, said = lodestar(address, "ask", "policy_comparison", "--plot", tmp_path / "arms.svg")
    picture = (tmp_path / "arms.svg").read_text(encoding="utf-8")
    assert all(f"<!-- {word}  n 20 -->" in picture for word in ("exercises 1", "films 2"))
    assert {row["arm"] for row in ask("decisions_by_policy")} == {"exercises 1", "films 2"}
    assert all(row["disagreeing"] == row["wrong_sums"] == 0 for row in ask("propensity_check"))

    # Which resources teach? Films are credited, and teach nothing.
    credited = {row["resource"]: row["credited"] for row in ask("gain_per_minute")}
    teaches = {row["resource"]: row["teaches"] for row in ask("next_answer")}
    assert "yes" in {credited[f"savings/film/{id}"] for id in ("percentages", "interest", "fees")}
    assert "yes" not in {said for resource, said in teaches.items() if "/film/" in resource}
    assert "yes" in {said for resource, said in teaches.items() if "/exercise/" in resource}
    assert "no" not in {said for resource, said in teaches.items() if "/exercise/" in resource}

    # Which prerequisite is wrong? One is supported, one is not, of one nothing can be told.
    verdicts = {row["after"]: row for row in ask("prerequisite_evidence")}
    assert verdicts["savings/interest"]["verdict"] == "supported"
    assert verdicts["savings/fees"]["verdict"] in ("unclear", "no sign of it")
    assert verdicts["savings/inflation"]["verdict"] == "cannot be told: gated"

    # How long does a point take, and when will they be there? Only those who answered count, finished ones too.
    times = {row["point"]: row for row in ask("time_to_mastery")}
    assert times["savings/percentages"]["learners"] == savings.LEARNERS + savings.VISITORS
    assert times["savings/inflation"]["learners"] < savings.LEARNERS
    forecast = ask("goal_forecast", "--limit", "100")
    assert len(forecast) == savings.LEARNERS + savings.VISITORS
    done = [row for row in forecast if row["reached"]]
    assert done and all(row["forecast"] == row["reached"] for row in done)
    going = [row for row in forecast if row["forecast"] and not row["reached"]]
    assert going and all(row["earliest"] <= row["forecast"] <= (row["latest"] or "later") for row in going)
    code, said = lodestar(address, "ask", "goal_forecast", "--plot", tmp_path / "forecast.svg")
    assert "the first 20 rows; there is more" in said
    picture = (tmp_path / "forecast.svg").read_text(encoding="utf-8")
    shown = sum(row["forecast"] is not None for row in forecast)
    assert shown > 20 and f"<!-- {shown} of 43 learners; {43 - shown} without forecast" in picture

    # Slips of the pen are told.
    code, said = lodestar(address, "ask", "team_skills", "--learners", "marketing")
    assert code and "There is no team or learner marketing; teams: sales, support." in said
    code, said = lodestar(address, "ask", "--cypher", "MATCH (l:Lerner) RETURN count(l) AS learners")
    assert code == 0 and "Neo4j warns" in said and "Lerner" in said
