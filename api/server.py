"""Which Neo4j to talk to: the one that NEO4J_URI names, or the managed one, started when it is first needed."""

from api.settings import Settings
from graph.connection import Address
from graph.server.download import Report, silent
from graph.server.managed import ManagedServer


def managed(settings: Settings) -> ManagedServer:
    """The managed server of this home folder, running or not."""
    return ManagedServer(settings.home, settings.cache / "neo4j", settings.neo4j_series)


def resolve_address(settings: Settings, report: Report = silent) -> Address:
    """Where the database is; starts the managed server if that is the one. Blocks: seconds, at the first call minutes.

    Raises:
        SetupFailed: the managed server could not be downloaded or started; the text says what to do.
    """
    return settings.address() or managed(settings).start(report)
