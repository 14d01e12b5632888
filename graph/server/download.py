"""Download the jars of a lock file, several at a time, each checked against its SHA-256; and write lock files.

A lock file lists the jars that make up a Neo4j server, each with its SHA-256, so that what runs is what was tested.
A file gets its name only when its sum is right; until then it is `NAME.part`, and a later attempt requests the rest
of it. The cache is shared by every home folder and version on the machine.

Maintainers write a lock file with `python -m graph.server.download 5.26 5.26.19`. jgo's resolver, which needs no
Maven program, finds the class path of the server and of Neo4j Browser; every jar is downloaded once, checked
against the SHA-1 beside it, and its SHA-256 goes into the lock. Run the tests on the new lock before committing it.
"""

import hashlib
import ssl
import sys
import tomllib
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from threading import Event

import certifi
import httpx
from filelock import FileLock
from jgo.constants import MAVEN_CENTRAL_URL
from jgo.maven import Dependency, MavenContext

from graph.errors import SetupFailed

SERIES = ("5.26", "2026")

DOWNLOAD_WORKERS = 8
MAX_ATTEMPTS = 5
RESUME_HINT = "Run the same command again: it resumes where it stopped."
BROWSER_ARTEFACT = ("org.neo4j.client", "neo4j-browser", "5.24.0")
MAIN_CLASSES = {"5.26": "org.neo4j.server.CommunityEntryPoint", "2026": "org.neo4j.server.Neo4jCommunity"}


@dataclass(frozen=True)
class LockedJar:
    """One Maven artefact; `size` is in bytes."""

    group: str
    artifact: str
    version: str
    sha256: str
    size: int
    classifier: str = ""

    @property
    def path(self) -> str:
        """Its path in a Maven repository and in our cache, with forward slashes."""
        tail = f"-{self.classifier}" if self.classifier else ""
        return f"{self.group.replace('.', '/')}/{self.artifact}/{self.version}/{self.artifact}-{self.version}{tail}.jar"


@dataclass(frozen=True)
class ServerLock:
    """One version of the server: its main class and everything on its class path, in order."""

    series: str
    version: str
    main_class: str
    jars: tuple[LockedJar, ...]

    @property
    def size(self) -> int:
        """Bytes to download when nothing is there yet."""
        return sum(jar.size for jar in self.jars)


def load_lock(series: str = "5.26") -> ServerLock:
    """Return the lock of a series in `SERIES`; raises ValueError for another."""
    if series not in SERIES:
        raise ValueError(f"There is a managed Neo4j {' and '.join(SERIES)}, not {series!r}.")
    text = files("graph.server").joinpath(f"neo4j-{series}.toml").read_text(encoding="utf-8")
    content = tomllib.loads(text)
    jars = tuple(LockedJar(**entry) for entry in content["jars"])
    return ServerLock(series, content["version"], content["main_class"], jars)


@dataclass(frozen=True)
class DownloadProgress:
    """What a progress bar shows; both in bytes."""

    done: int
    total: int


ReportFunction = Callable[[DownloadProgress], None]


def ignore_progress(progress: DownloadProgress) -> None:
    """Report nothing."""


class Downloader:
    """One run over a lock's jars.

    Args:
        cache: folder that keeps the jars, laid out as a Maven repository.
        base_url: the repository to ask.
        pause: seconds before the second attempt at a file; doubled with each further one.
    """

    def __init__(self, cache: Path, base_url: str = MAVEN_CENTRAL_URL, pause: float = 0.5) -> None:
        self._cache = cache
        self._base_url = base_url
        self._pause = pause
        self._stopped = Event()
        self._received: dict[str, int] = {}

    def fetch(self, jars: tuple[LockedJar, ...], report: ReportFunction = ignore_progress) -> None:
        """Download missing jars. Raises `SetupFailed` where one cannot be had, and keeps the others."""
        if not self._missing(jars):
            return
        self._cache.mkdir(parents=True, exist_ok=True)
        with FileLock(self._cache / "download.lock"):
            missing = self._missing(jars)
            if missing:
                self._fetch_all(missing, report)

    def _missing(self, jars: tuple[LockedJar, ...]) -> list[LockedJar]:
        """Return the missing jars, large ones first, so that the workers end at about the same time."""
        found = [jar for jar in jars if not _is_complete(self._cache / jar.path, jar)]
        return sorted(found, key=lambda jar: -jar.size)

    def _fetch_all(self, jars: list[LockedJar], report: ReportFunction) -> None:
        total = sum(jar.size for jar in jars)
        with (
            httpx.Client(timeout=30, follow_redirects=True, verify=_make_ssl_context()) as client,
            ThreadPoolExecutor(DOWNLOAD_WORKERS) as pool,
        ):
            try:
                futures = [pool.submit(self._fetch, client, jar) for jar in jars]
                running = set(futures)
                while running:
                    done, running = wait(running, timeout=0.1, return_when=FIRST_EXCEPTION)
                    report(DownloadProgress(sum(self._received.values()), total))
                    for future in done:
                        future.result()
            finally:
                self._stopped.set()
                pool.shutdown(cancel_futures=True)

    def _fetch(self, client: httpx.Client, jar: LockedJar) -> None:
        """Download one jar until it is complete, its checksum is wrong twice, or the attempts are used up."""
        target = self._cache / jar.path
        part = target.with_name(target.name + ".part")
        target.parent.mkdir(parents=True, exist_ok=True)
        wrong = 0
        for attempt in range(MAX_ATTEMPTS):
            try:
                self._receive(client, jar, part)
            except httpx.HTTPError as error:
                failure = f"{type(error).__name__}: {error}"
            except OSError as error:
                raise SetupFailed(f"{part} cannot be written ({error}). Make room or name another folder.") from error
            else:
                if _file_sha256(part) == jar.sha256:
                    part.replace(target)
                    return
                part.unlink()
                wrong += 1
                failure = "its checksum is wrong"
            if self._stopped.wait(self._pause * 2**attempt) or wrong == 2:
                break
        if wrong == 2:
            raise SetupFailed(
                f"{target.name} arrived twice with another content than the one that was tested. Something between "
                "this machine and the Maven repository changes files (a proxy, a virus scanner)."
            )
        raise SetupFailed(f"The download of {target.name} broke off ({failure}). {RESUME_HINT}")

    def _receive(self, client: httpx.Client, jar: LockedJar, part: Path) -> None:
        """Append what is missing to `part`; a server that ignores the range sends all of it again."""
        have = part.stat().st_size if part.exists() else 0
        if have > jar.size:
            have = 0
        if have < jar.size:
            headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
            with client.stream("GET", f"{self._base_url}/{jar.path}", headers=headers) as response:
                response.raise_for_status()
                have = have if response.status_code == httpx.codes.PARTIAL_CONTENT else 0
                self._write(response, jar, part, have)
        self._received[jar.path] = jar.size

    def _write(self, response: httpx.Response, jar: LockedJar, part: Path, have: int) -> None:
        with part.open("ab" if have else "wb") as file:
            for chunk in response.iter_raw():
                file.write(chunk)
                have += len(chunk)
                self._received[jar.path] = have
                if self._stopped.is_set():
                    raise httpx.TransportError("stopped")
        if have < jar.size:
            raise httpx.TransportError(f"{have} of {jar.size} bytes")


def _is_complete(path: Path, jar: LockedJar) -> bool:
    """Check the size alone: only a file whose checksum was right carries this name."""
    return path.is_file() and path.stat().st_size == jar.size


def _file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _make_ssl_context() -> ssl.SSLContext:
    """Return the machine's own certificates, as pip trusts them behind a company's proxy, and the usual bundle."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def resolve_jars(version: str) -> list[LockedJar]:
    """Return every jar that a server of `version` with its Browser needs, sorted."""
    context = MavenContext(timeout=60)
    wanted = [("org.neo4j.app", "neo4j-server", version), ("org.neo4j", "neo4j", version), BROWSER_ARTEFACT]
    inputs = [Dependency(context.project(g, a).at_version(v).artifact()) for g, a, v in wanted]
    found, transitive = context.resolver.resolve(inputs)
    with ThreadPoolExecutor(8) as pool:
        jars = pool.map(_lock_jar, [d for d in found + transitive if d.type == "jar"])
        return sorted(jars, key=lambda jar: jar.path)


def _lock_jar(dependency: Dependency) -> LockedJar:
    content = dependency.artifact.resolve().read_bytes()
    return LockedJar(
        dependency.groupId,
        dependency.artifactId,
        dependency.version,
        hashlib.sha256(content).hexdigest(),
        len(content),
        dependency.classifier or "",
    )


def render_lock(series: str, version: str, jars: list[LockedJar]) -> str:
    """Return the text of a lock file, one jar a line so that a diff shows what changed."""
    lines = [
        f"# Neo4j {version} and its Browser; written by `python -m graph.server.download {series} {version}`.",
        f'version = "{version}"',
        f'main_class = "{MAIN_CLASSES[series]}"',
        "jars = [",
    ]
    for jar in jars:
        classifier = f', classifier = "{jar.classifier}"' if jar.classifier else ""
        lines.append(
            f'  {{ group = "{jar.group}", artifact = "{jar.artifact}", version = "{jar.version}"{classifier}, '
            f'size = {jar.size}, sha256 = "{jar.sha256}" }},'
        )
    return "\n".join([*lines, "]", ""])


def main(series: str, version: str) -> None:
    """Write graph/server/neo4j-SERIES.toml."""
    path = Path(__file__).with_name(f"neo4j-{series}.toml")
    jars = resolve_jars(version)
    path.write_text(render_lock(series, version, jars), encoding="utf-8")
    print(f"{path.name}: {len(jars)} jars, {sum(jar.size for jar in jars) / 1e6:.0f} MB")


if __name__ == "__main__":
    main(*sys.argv[1:])
