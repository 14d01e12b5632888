"""Migrations: numbered Cypher files, each applied once and recorded in the graph.

A migration's statements must be safe to run twice (`IF NOT EXISTS`, `MERGE`): Neo4j changes the schema in transactions
of its own, so two processes that start together may both run a file, and only its record is exclusive. A file that
has been released is never edited; the next change is the next number.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from neo4j.exceptions import ClientError

from graph.connection import Graph
from graph.errors import GraphRefused

_COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)


@dataclass(frozen=True)
class Migration:
    """One file of cypher/schema: `number` and `name` from its file name, and its statements in order."""

    number: int
    name: str
    statements: tuple[str, ...]

    @property
    def checksum(self) -> str:
        """Checksum of the statements only: comments and line breaks may change."""
        words = " ; ".join(" ".join(statement.split()) for statement in self.statements)
        return hashlib.sha256(words.encode()).hexdigest()[:16]


@cache
def load_migrations() -> tuple[Migration, ...]:
    """Return all migrations by number; 0 prepares the record itself and is not recorded."""
    found = [
        _parse(entry.name, entry.read_text(encoding="utf-8"))
        for entry in files("cypher").joinpath("schema").iterdir()
        if entry.name.endswith(".cypher")
    ]
    return tuple(sorted(found, key=lambda migration: migration.number))


def _parse(file: str, text: str) -> Migration:
    number, _, name = file.removesuffix(".cypher").partition("_")
    statements = (part.strip() for part in _COMMENT.sub("", text).split(";"))
    return Migration(int(number), name, tuple(part for part in statements if part))


async def migrate(graph: Graph) -> list[str]:
    """Bring the database to this code's schema; returns the names of the migrations that this call recorded.

    Raises `GraphRefused` when the database is newer than the code, or was migrated by a file that has since changed.
    """
    applied = await _read_applied(graph)
    if applied is None:
        await _run(graph, load_migrations()[0])
        applied = {}
    return [
        migration.name
        for migration in load_migrations()[1:]
        if migration.number not in applied and await _apply(graph, migration)
    ]


async def _read_applied(graph: Graph) -> dict[int, str] | None:
    """Return checksums of applied migrations by number, None on an empty database; refuse unknown ones."""
    rows = await graph.read("curate/schema_state")
    if not rows:
        return None
    newest = load_migrations()[-1].number
    if rows[0]["schema"] > newest:
        raise GraphRefused(
            f"The database has schema {rows[0]['schema']}, and this Lodestar knows {newest} at most. "
            "Upgrade Lodestar, or connect to another database."
        )
    applied = {row["number"]: row["checksum"] for row in rows if row["number"] is not None}
    for migration in load_migrations():
        if applied.get(migration.number, migration.checksum) != migration.checksum:
            raise GraphRefused(
                f"Migration {migration.number} ({migration.name}) was applied to this database with another text. "
                "Restore cypher/schema to its released state and put the change into a new migration."
            )
    return applied


async def _apply(graph: Graph, migration: Migration) -> bool:
    await _run(graph, migration)
    rows = await graph.write(
        "curate/record_migration", number=migration.number, title=migration.name, checksum=migration.checksum
    )
    return bool(rows[0]["recorded"])


async def _run(graph: Graph, migration: Migration) -> None:
    for statement in migration.statements:
        await _run_statement(graph, statement)


async def _run_statement(graph: Graph, statement: str, attempts: int = 3) -> None:
    """Run a statement. `IF NOT EXISTS` looks before it locks, so one of two starters may find the index there."""
    try:
        await graph.execute_write(lambda work: work.text(statement))
    except ClientError as error:
        if attempts == 1 or not (error.code or "").startswith("Neo.ClientError.Schema."):
            raise
        await _run_statement(graph, statement, attempts - 1)
