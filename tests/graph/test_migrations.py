"""Migrations on the real database: once, in order, by several starters, and never backwards."""

import asyncio

import pytest

from graph import migrations
from graph.connection import Graph
from graph.errors import GraphRefused

pytestmark = pytest.mark.database


async def run(graph: Graph, text: str, **params):
    return await graph.execute_write(lambda work: work.text(text, **params))


async def forget(graph: Graph) -> None:
    """As a database that was never migrated."""
    await run(graph, "MATCH (n) DETACH DELETE n")
    for kind in ("CONSTRAINT", "INDEX"):
        for row in await run(graph, f"SHOW {kind} YIELD name, type WHERE type <> 'LOOKUP' RETURN name"):
            await run(graph, f"DROP {kind} {row['name']}")


async def test_an_empty_database_gets_everything_once(graph):
    await forget(graph)
    names = [migration.name for migration in migrations.load_migrations()[1:]]
    assert await migrations.migrate(graph) == names
    assert await migrations.migrate(graph) == []
    [state] = await run(graph, "MATCH (l:Lodestar) RETURN l.schema AS schema, l.revision AS revision")
    assert state == {"schema": migrations.load_migrations()[-1].number, "revision": 0}
    applied = await run(graph, "MATCH (m:Migration) RETURN m.name AS name, m.appliedAt AS at ORDER BY m.number")
    assert [row["name"] for row in applied] == names and all(row["at"] for row in applied)


async def test_four_starters_at_once(graph):
    await forget(graph)
    told = await asyncio.gather(*(migrations.migrate(graph) for _ in range(4)))
    assert sorted(name for names in told for name in names) == sorted(
        migration.name for migration in migrations.load_migrations()[1:]
    )
    assert await run(graph, "MATCH (l:Lodestar) RETURN count(l) AS n") == [{"n": 1}]


async def test_an_old_database_is_brought_forward(graph):
    await run(graph, "MATCH (m:Migration) WHERE m.number > 1 DELETE m")
    await run(graph, "MATCH (l:Lodestar) SET l.schema = 1, l.revision = 7")
    assert await migrations.migrate(graph) == [migration.name for migration in migrations.load_migrations()[2:]]
    [state] = await run(graph, "MATCH (l:Lodestar) RETURN l.schema AS schema, l.revision AS revision")
    assert state == {"schema": migrations.load_migrations()[-1].number, "revision": 7}


async def test_a_newer_database_is_refused(graph):
    await run(graph, "MATCH (l:Lodestar) SET l.schema = 999")
    with pytest.raises(GraphRefused, match=r"schema 999, and this Lodestar knows \d+ at most. Upgrade Lodestar"):
        await migrations.migrate(graph)


async def test_a_migration_that_was_edited_is_refused(graph):
    await run(graph, "MATCH (m:Migration {number: 1}) SET m.checksum = 'other'")
    with pytest.raises(GraphRefused, match=r"Migration 1 .* with another text"):
        await migrations.migrate(graph)


@pytest.mark.parametrize(
    "label", ["Course", "KnowledgePoint", "Resource", "Item", "Learner", "Recommendation", "Interaction"]
)
async def test_ids_are_unique(graph, label):
    from neo4j.exceptions import ConstraintError

    await run(graph, f"CREATE (:{label} {{id: 'x'}})")
    with pytest.raises(ConstraintError):
        await run(graph, f"CREATE (:{label} {{id: 'x'}})")


def test_files_are_numbered_without_gaps():
    assert [migration.number for migration in migrations.load_migrations()] == list(
        range(len(migrations.load_migrations()))
    )


def test_the_checksum_is_of_the_statements_only():
    one = migrations._parse("007_x.cypher", "// why\nCREATE (a);\nCREATE\n  (b);\n")
    two = migrations._parse("007_x.cypher", "// another why\nCREATE (a); CREATE (b)")
    assert one.statements == ("CREATE (a)", "CREATE\n  (b)") and one.checksum == two.checksum
    assert one.checksum != migrations._parse("007_x.cypher", "CREATE (a); CREATE (c)").checksum
