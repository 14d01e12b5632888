"""The managed local Neo4j: start, stop, status, reset.

Starting is idempotent and safe from several programs at once: a lock file lets one of them start the server, the others
find it running. The server outlives the program that started it; after a crash it starts again and recovers.
"""

from dataclasses import dataclass
from pathlib import Path

from graph.connection import Address
from graph.server import process as processes
from graph.server.download import Downloader, ReportFunction, ignore_progress
from graph.server.layout import ServerLayout
from graph.server.process import ServerLauncher


@dataclass(frozen=True)
class ServerStatus:
    """What `lodestar db status` says. `uri` and `browser` hold even while the server is stopped.

    Attributes:
        browser: the address of Neo4j Browser, with the server that it is to connect to and the user filled in.
    """

    running: bool
    version: str
    uri: str
    browser: str
    folder: Path
    data_bytes: int
    pid: int | None


class ManagedServer:
    """One server in one home folder.

    Args:
        home: the user's data folder for this program.
        cache: where downloaded jars are kept, shared by every home.
        series: "5.26" (long-term support) or "2026"; each keeps its own data.
    """

    def __init__(
        self, home: Path, cache: Path, series: str = "5.26", tuning: processes.ServerTuning | None = None
    ) -> None:
        self.layout = ServerLayout.from_home(home, series)
        self._cache = cache.absolute()
        self._tuning = tuning or processes.ServerTuning()

    def start(self, report: ReportFunction = ignore_progress) -> Address:
        """Make sure that the server answers and say where. Downloads it at the first call.

        Raises:
            SetupFailed: a download, a port or the start went wrong; the text says what to do.
        """
        with self.layout.alone():
            if processes.find_server(self.layout) is None:
                Downloader(self._cache).fetch(self.layout.lock.jars, report)
                ServerLauncher(self.layout, self._cache, self._tuning).launch()
            else:
                ServerLauncher(self.layout, self._cache, self._tuning).wait()
            return self.address()

    def stop(self) -> bool:
        """Stop the server; False when it was not running."""
        with self.layout.alone():
            return processes.stop_server(self.layout)

    def reset(self) -> None:
        """Stop the server and delete its data, logs and password. The downloaded jars stay."""
        with self.layout.alone():
            processes.stop_server(self.layout)
            self.layout.delete()

    def address(self) -> Address:
        """Return where the server is or will be, with its password."""
        return self.layout.address()

    def status(self) -> ServerStatus:
        """Return the status without starting anything."""
        state, process = self.layout.read_state(), processes.find_server(self.layout)
        return ServerStatus(
            running=process is not None,
            version=self.layout.lock.version,
            uri=f"bolt://127.0.0.1:{state.bolt_port}",
            browser=f"http://127.0.0.1:{state.http_port}/browser/?dbms=bolt://neo4j@127.0.0.1:{state.bolt_port}",
            folder=self.layout.root,
            data_bytes=self.layout.data_bytes(),
            pid=process.pid if process else None,
        )
