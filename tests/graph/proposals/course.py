"""The course that proposals are made about: a → b → c → d, and e; what was found about it."""

from graph.connection import Graph
from graph.courses.records import CourseRecord, PointRecord, PrerequisiteRecord, ResourceRecord, TeachesRecord
from graph.importing import import_course
from graph.proposals.records import FoundEdge, ProposedPair
from graph.proposals.store import ProposeResult, store_proposals
from graph.revisions.record import Attribution
from tests.graph.folders import parsed

EDGES = (("a", "b"), ("b", "c"), ("c", "d"))
MINER = Attribution("ana", "propose", "test")


async def load(graph: Graph) -> None:
    resources = [f"r{id}{n}" for id in "abcde" for n in (1, 2)]
    course = CourseRecord(
        "w",
        "Web",
        points=tuple(PointRecord(id, id.upper(), f"about {id}", level="A1") for id in "abcde"),
        prerequisites=tuple(PrerequisiteRecord(*edge) for edge in EDGES),
        resources=tuple(ResourceRecord(id, id, "lesson", "text", 5) for id in resources),
        teaches=tuple(TeachesRecord(id, id[1], "primary", 1.0) for id in resources),
    )
    await import_course(graph, parsed(course))


def mined(before: str, after: str, support: float = 100.0, p: float = 1e-6) -> FoundEdge:
    numbers = {"support": support, "confidence": 0.9, "lift": 2.0, "pValue": p}
    return FoundEdge(ProposedPair("prerequisite", before, after), f"{support:.0f} learners", numbers)


def alike(a: str, b: str, weight: float = 0.5) -> FoundEdge:
    return FoundEdge(ProposedPair("related", a, b), f"alike {weight}", {"weight": weight})


async def offer(graph: Graph, *found: FoundEdge) -> ProposeResult:
    return await store_proposals(graph, list(found), MINER)


async def edges(graph: Graph, kind: str = "PREREQUISITE_OF") -> dict[tuple[str, str], dict]:
    text = f"MATCH (a)-[e:{kind}]->(b) RETURN a.id AS a, b.id AS b, properties(e) AS values"
    return {(row["a"], row["b"]): row["values"] for row in await graph.execute_read(lambda work: work.text(text))}
