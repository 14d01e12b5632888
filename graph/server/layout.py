"""A home folder of the managed server: its settings, ports, password and paths.

HOME/neo4j-SERIES/conf/neo4j.conf    written at every start
HOME/neo4j-SERIES/data, logs, …      Neo4j's own
HOME/neo4j-SERIES/password           made once, readable by its owner only
HOME/neo4j-SERIES/state.json         ports and process; may be lost without harm
"""

import json
import os
import secrets
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from graph.connection import Address
from graph.errors import SetupFailed
from graph.server.download import ServerLock, load_lock

BOLT_PORT = 7687
HTTP_PORT = 7474
LOCK_SECONDS = 1200.0
CONFIGURATION_TEMPLATE = """\
# Written by `lodestar db start`; changes made here are lost at the next start.
server.default_listen_address=127.0.0.1
server.bolt.listen_address=127.0.0.1:{bolt_port}
server.bolt.advertised_address=127.0.0.1:{bolt_port}
server.http.listen_address=127.0.0.1:{http_port}
server.http.advertised_address=127.0.0.1:{http_port}
server.https.enabled=false
server.memory.pagecache.size={page_cache}
dbms.usage_report.enabled=false
dbms.security.allow_csv_import_from_file_urls=false
internal.dbms.cypher_ip_blocklist=0.0.0.0/0,::/0
db.tx_log.preallocate=false
db.tx_log.rotation.retention_policy=2 days 512M
internal.server.bolt.thread_pool_shutdown_wait_time=1s
internal.server.bolt.connection_shutdown_wait_time=1s
"""
KEEP_PLANS = "dbms.cypher.min_replan_interval=1d\n"
"""A database that is emptied and filled for every test would have every query planned again and again."""


@dataclass(frozen=True)
class ServerState:
    """The state kept between starts. `pid` is None when no process was started or it was stopped."""

    bolt_port: int = BOLT_PORT
    http_port: int = HTTP_PORT
    pid: int | None = None


@dataclass(frozen=True)
class ServerLayout:
    """One server's folder, and which server it is."""

    root: Path
    lock: ServerLock

    @classmethod
    def from_home(cls, home: Path, series: str) -> "ServerLayout":
        """Return the folder of a series below a home folder; each series keeps its own data."""
        return cls(home.absolute() / f"neo4j-{series}", load_lock(series))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the lock that keeps other programs from starting or stopping this server."""
        self.root.parent.mkdir(parents=True, exist_ok=True)
        guard = self.root.with_name(self.root.name + ".lock")
        try:
            with FileLock(guard, timeout=LOCK_SECONDS):
                yield
        except Timeout as error:
            raise SetupFailed(f"Another program has been starting Neo4j for too long; it holds {guard}.") from error

    @property
    def log(self) -> Path:
        """What Java printed since its last start; Neo4j itself writes to neo4j.log beside it."""
        return self.root / "logs" / "console.log"

    @property
    def configuration(self) -> Path:
        return self.root / "conf" / "neo4j.conf"

    def prepare(self, state: ServerState, page_cache: str, keep_plans: bool = False) -> None:
        """Make the folders, write the configuration and begin a new log (debug.log keeps the history)."""
        for name in ("conf", "logs", "data", "run"):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        (self.root / "logs" / "neo4j.log").unlink(missing_ok=True)
        ports = {"bolt_port": state.bolt_port, "http_port": state.http_port}
        text = CONFIGURATION_TEMPLATE.format(page_cache=page_cache, **ports) + (KEEP_PLANS if keep_plans else "")
        self.configuration.write_text(text, encoding="utf-8")

    def read_state(self) -> ServerState:
        """Return the remembered state; the defaults where the file is missing, broken or from another version."""
        try:
            content: dict[str, Any] = json.loads((self.root / "state.json").read_text(encoding="utf-8"))
            known = {field.name: content[field.name] for field in fields(ServerState) if field.name in content}
        except (OSError, ValueError, TypeError):
            return ServerState()
        return ServerState(**known) if all(isinstance(value, int | None) for value in known.values()) else ServerState()

    def write_state(self, state: ServerState) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        part = self.root / "state.json.part"
        part.write_text(json.dumps(asdict(state)), encoding="utf-8")
        part.replace(self.root / "state.json")

    def password(self) -> str:
        """Return the server's password, made at the first call."""
        path = self.root / "password"
        if path.exists():
            return path.read_text(encoding="utf-8").strip()
        if (self.root / "data" / "databases" / "neo4j").exists():
            raise SetupFailed(f"{path} is gone, but its database is there. Put it back, or run `lodestar db reset`.")
        self.root.mkdir(parents=True, exist_ok=True)
        password = secrets.token_urlsafe(18)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(password + "\n")
        return password

    def address(self) -> Address:
        """Return where the server is or will be, with its password."""
        return Address(f"bolt://127.0.0.1:{self.read_state().bolt_port}", password=self.password())

    def log_tail(self, lines: int = 12) -> str:
        """Return the end of what Java and Neo4j said since the last start, without the stack traces."""
        said: list[str] = []
        for path in (self.log, self.root / "logs" / "neo4j.log"):
            if path.exists():
                said += path.read_text(encoding="utf-8", errors="replace").splitlines()
        told = [line for line in said if line.strip() and not line.startswith("\t")]
        return "\n".join(told[-lines:]) or "(nothing)"

    def data_bytes(self) -> int:
        """Return how much disk the databases take."""
        return sum(path.stat().st_size for path in (self.root / "data").rglob("*") if path.is_file())

    def delete(self) -> None:
        """Remove data, logs, password and state."""
        if self.root.exists():
            shutil.rmtree(self.root)


def find_free_port(wanted: int, taken: tuple[int, ...] = ()) -> int:
    """Return `wanted`, or the next port that nothing on this machine listens on."""
    for port in range(wanted, wanted + 200):
        if port not in taken and _is_free(port):
            return port
    raise SetupFailed(f"No port between {wanted} and {wanted + 199} is free on this machine.")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            return False
    with socket.socket() as probe:
        if os.name == "posix":  # a port in TIME_WAIT is free; on Windows the option would steal a port in use
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
