"""The whole curated graph as the tests compare it, and ways to change it as people do."""

from graph.connection import Graph
from graph.importing import import_course
from graph.revisions import snapshot
from graph.revisions.record import Attribution
from tests.graph.folders import parse_folder, write_folder

BY = Attribution("tester", "import", "for a test")


async def state(graph: Graph) -> dict[str, dict[bytes, bytes]]:
    """Every row, read page by page and independently of what is known."""
    found: dict[str, dict[bytes, bytes]] = {}
    async for table, rows in snapshot.iterate_live_rows(graph.read):
        found.setdefault(table, {}).update(rows)
    return {table: rows for table, rows in found.items() if rows}


async def derived(graph: Graph) -> list[dict]:
    """Counts and semantic edges."""
    return await run(
        graph,
        "MATCH (k:KnowledgePoint) OPTIONAL MATCH (k)-[e:RELATED_TO]->(o) "
        "RETURN k.id AS id, k.prerequisiteCount AS degree, o.id AS other, e.weight AS weight ORDER BY id, other",
    )


async def run(graph: Graph, text: str, **params):
    """What somebody types into Browser."""
    return await graph.execute_write(lambda work: work.text(text, **params))


async def tiny(graph: Graph, tmp_path, **files):
    """The small course, imported."""
    return await import_course(graph, parse_folder(write_folder(tmp_path, **files)), by=BY)


async def clear(graph: Graph) -> None:
    await run(graph, "MATCH (n) WHERE NOT n:Lodestar AND NOT n:Migration DETACH DELETE n")
    await run(graph, "MATCH (l:Lodestar) SET l.revision = 0")
