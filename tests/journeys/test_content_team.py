"""The content team's day: a sheet with questions, its mistakes, a walk to its goal, and the same sheet again."""

import openpyxl
import pytest

from services.context import ContextFactory
from services.courses.artifacts import ArtifactStore
from services.learners.profiles import create_learner
from services.learners.schemas import GoalBody, NewLearner
from services.outcomes import OutcomeBody, report_outcomes
from services.recommendations.paths import find_path
from services.recommendations.recommend import recommend
from services.recommendations.schemas import NewRecommendations
from tests.api.cli.terminal import lodestar

pytestmark = pytest.mark.database
TOPICS = [
    ("Where money comes from", None, "Khan: https://a.org/income"),
    ("Needs and wants", "Where money comes from", "Video: https://a.org/needs"),
    ("A monthly budget", "Needs and wants", "Video: https://a.org/budget"),
    ("Interest", "Where money comes from", "https://a.org/interest"),
    ("Credit score", "A monthly budget; Interest", "https://a.org/score"),
]
QUESTIONS = [
    ("Needs and wants", "Which is a need?", "Food", "Food", "A game", "A film", "Sweets"),
    ("Credit score", "A late payment lowers the score.", "True", "True", "False", None, None),
]


def write_sheet(path, topics=TOPICS, questions=QUESTIONS):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Topics"
    for row in [("Topic", "Prerequisites", "Link"), *topics]:
        sheet.append(row)
    if questions:
        quiz = book.create_sheet("Quiz")
        for row in [("Topic", "Question", "Correct", "A", "B", "C", "D"), *questions]:
            quiz.append(row)
    book.save(path)
    return path


async def walk(context, learner):
    """Answer everything right until nothing is left; return what was recommended, and the reason at the end."""
    steps = []
    for _ in range(40):
        answer = await recommend(context, learner, NewRecommendations())
        if not answer.recommendations:
            return steps, answer.reason.code
        [step] = answer.recommendations
        steps.append(step.resource.title)
        await report_outcomes(context, [OutcomeBody(learner=learner, recommendation=step.id, right=True)])
    return steps, "still going"


async def test_the_content_teams_day(graph, address, tmp_path):
    path = write_sheet(tmp_path / "Personal finance.xlsx")
    code, said = lodestar(address, "import", path)
    assert code == 0, said
    assert "next:" in said and "lodestar train" not in said
    code, said = lodestar(address, "courses")
    assert "personal-finance" in said
    code, said = lodestar(address, "lint", "personal-finance", "--fail-on", "warning")
    assert code == 0, said

    # One link a topic, every answer right, defaults: the goal is reached, and nobody waits.
    async with ContextFactory(address, ArtifactStore(tmp_path / "home")).open() as context:
        goal = GoalBody(point="personal-finance/credit-score")
        learner = (await create_learner(context, NewLearner(id="lea", goals=[goal]))).id
        planned = await find_path(context, learner)
        assert planned.reached and planned.reason is None
        steps, reason = await walk(context, learner)
    assert reason == "goal_reached"
    assert {title for title in steps if "budget" in title} == {"A monthly budget: Video"}, "titled by its topic"
    assert steps[0].startswith("Where money") and steps[-1].startswith("Credit score")

    # The same sheet again changes nothing; without its questions it leaves them alone.
    code, said = lodestar(address, "import", path)
    assert code == 0 and "nothing changed" in said.lower(), said
    (tmp_path / "later").mkdir()
    later = tmp_path / "later" / "Personal finance.xlsx"
    code, said = lodestar(address, "import", write_sheet(later, questions=[]))
    assert code == 0, said
    [row] = await graph.execute_read(
        lambda work: work.text("MATCH (i:Item) WHERE i.status = 'active' RETURN count(i) AS items")
    )
    assert row["items"] == len(QUESTIONS)

    # Most of the topics gone: --check shows it, import refuses it, --replace does it; the learner's history stays.
    write_sheet(later, TOPICS[:2], [])
    code, said = lodestar(address, "import", later, "--check")
    assert "3" in said and "points" in said, said
    code, said = lodestar(address, "import", later)
    assert code == 1 and "--replace" in said, said
    code, said = lodestar(address, "import", later, "--replace")
    assert code == 0, said
    [row] = await graph.execute_read(lambda work: work.text("MATCH (:Learner)-[:DID]->(i) RETURN count(i) AS answers"))
    assert row["answers"] == len(steps)


async def test_mistakes_are_named_with_sheet_and_row_and_nothing_is_written(graph, address, tmp_path):
    topics = [*TOPICS, ("Savings", "Credit scores", "https://a.org/savings")]
    code, said = lodestar(address, "import", write_sheet(tmp_path / "Personal finance.xlsx", topics))
    assert code == 1 and "sheet Topics:7" in said and "Credit score" in said, said
    [row] = await graph.execute_read(lambda work: work.text("MATCH (k:KnowledgePoint) RETURN count(k) AS points"))
    assert row["points"] == 0
