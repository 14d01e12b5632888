"""`propensity_check` holds every place of a slate against the list of its decision."""

from dataclasses import replace

import pytest

from graph.analysis.ready import analyse
from graph.recommendations.decisions import LoggedDecision, log_decisions
from tests.graph.recommendations.test_candidates import CHAIN
from tests.graph.worlds import NOW, Resource, write_worlds

pytestmark = pytest.mark.database
SLATE = [("a0", 0.5), ("b0", 0.3), ("c0", 0.2), ("a1", 0.0)]


@pytest.fixture
async def slates(graph):
    """Returns a function that logs a slate: places with what is logged for each."""
    world = replace(CHAIN, mastery={}, resources={id: Resource({id[0]: 1.0}) for id, _ in SLATE})
    await write_worlds(graph, world)
    ids, shares = zip(*SLATE, strict=True)

    async def log_slate(name, *places):
        rows = [
            LoggedDecision(
                f"{name}-{n}", "learner", "course", NOW, name, "1", resource, logged, 1, 0, [], list(ids),
                [True] * len(ids), [], list(shares),
            )
            for n, (resource, logged) in enumerate(places)
        ]  # fmt: skip
        assert len(await log_decisions(graph, rows)) == len(places)
        [row] = [
            each for each in await analyse(graph, "propensity_check", {"course": "course"}) if each["policy"] == name
        ]
        return row

    return log_slate


@pytest.mark.parametrize(
    ("places", "disagreeing"),
    [
        ([("a0", 0.5), ("b0", 0.6), ("c0", 1.0)], 0),  # 0.3 / 0.5, then 0.2 / 0.2
        ([("c0", 0.2), ("a0", 0.625)], 0),
        ([("a0", 0.5), ("b0", 0.3), ("c0", 0.2)], 2),  # as if each were the first
        ([("a0", 0.5), ("a1", 0.0), ("b0", 0.6)], 0),
        ([("b0", 0.9)], 1),
        ([("elsewhere", 1.0)], 1),
    ],
)
async def test_places_of_a_slate_agree_with_what_the_earlier_ones_left(slates, graph, places, disagreeing):
    if places[0][0] == "elsewhere":
        await graph.execute_write(lambda work: work.text("CREATE (:Resource {id: 'elsewhere'})"))
    row = await slates("drawn", *places)
    assert (row["decisions"], row["places"], row["disagreeing"]) == (1, len(places), disagreeing)
    if not disagreeing:
        assert row["mean_inverse"] == pytest.approx(1 / places[0][1])
