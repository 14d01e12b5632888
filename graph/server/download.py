"""Fetches the jars of a lock, several at a time, each checked against its SHA-256.

A file takes its name only when its sum is right; until then it is `NAME.part`, and a later attempt asks the server for
the rest of it. The cache is shared by every home folder and version on the machine.
"""

import hashlib
import ssl
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import certifi
import httpx
from filelock import FileLock
from jgo.constants import MAVEN_CENTRAL_URL

from graph.errors import SetupFailed
from graph.server.lock import Jar

WORKERS = 8
ATTEMPTS = 5
AGAIN = "Run the same command again: it resumes where it stopped."


@dataclass(frozen=True)
class Progress:
    """What a progress bar shows; both in bytes."""

    done: int
    total: int


Report = Callable[[Progress], None]


def silent(progress: Progress) -> None:
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

    def fetch(self, jars: tuple[Jar, ...], report: Report = silent) -> None:
        """Bring in what is missing; raises `SetupFailed` when some of it cannot be had, and keeps the rest."""
        if not self._missing(jars):
            return
        self._cache.mkdir(parents=True, exist_ok=True)
        with FileLock(self._cache / "download.lock"):
            missing = self._missing(jars)
            if missing:
                self._fetch_all(missing, report)

    def _missing(self, jars: tuple[Jar, ...]) -> list[Jar]:
        """Large files first, so that the last seconds are not one worker's."""
        found = [jar for jar in jars if not _complete(self._cache / jar.path, jar)]
        return sorted(found, key=lambda jar: -jar.size)

    def _fetch_all(self, jars: list[Jar], report: Report) -> None:
        total = sum(jar.size for jar in jars)
        with (
            httpx.Client(timeout=30, follow_redirects=True, verify=_trusted()) as client,
            ThreadPoolExecutor(WORKERS) as pool,
        ):
            try:
                futures = [pool.submit(self._fetch, client, jar) for jar in jars]
                running = set(futures)
                while running:
                    done, running = wait(running, timeout=0.1, return_when=FIRST_EXCEPTION)
                    report(Progress(sum(self._received.values()), total))
                    for future in done:
                        future.result()
            finally:
                self._stopped.set()
                pool.shutdown(cancel_futures=True)

    def _fetch(self, client: httpx.Client, jar: Jar) -> None:
        """One jar, tried until it is whole, its sum is wrong twice, or the attempts are used up."""
        target = self._cache / jar.path
        part = target.with_name(target.name + ".part")
        target.parent.mkdir(parents=True, exist_ok=True)
        wrong = 0
        for attempt in range(ATTEMPTS):
            try:
                self._receive(client, jar, part)
            except httpx.HTTPError as error:
                failure = f"{type(error).__name__}: {error}"
            except OSError as error:
                raise SetupFailed(f"{part} cannot be written ({error}). Make room or name another folder.") from error
            else:
                if _sha256(part) == jar.sha256:
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
        raise SetupFailed(f"The download of {target.name} broke off ({failure}). {AGAIN}")

    def _receive(self, client: httpx.Client, jar: Jar, part: Path) -> None:
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

    def _write(self, response: httpx.Response, jar: Jar, part: Path, have: int) -> None:
        with part.open("ab" if have else "wb") as file:
            for chunk in response.iter_raw():
                file.write(chunk)
                have += len(chunk)
                self._received[jar.path] = have
                if self._stopped.is_set():
                    raise httpx.TransportError("stopped")
        if have < jar.size:
            raise httpx.TransportError(f"{have} of {jar.size} bytes")


def _complete(path: Path, jar: Jar) -> bool:
    """Only a file whose sum was right carries this name, so its size is enough to look at."""
    return path.is_file() and path.stat().st_size == jar.size


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _trusted() -> ssl.SSLContext:
    """The machine's own certificates, as pip trusts them behind a company's proxy, and the usual bundle."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
