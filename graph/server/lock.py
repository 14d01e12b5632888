"""The lock files: which jars make up a Neo4j server, each with its SHA-256, so what runs is what was tested."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files

SERIES = ("5.26", "2026")


@dataclass(frozen=True)
class Jar:
    """One Maven artefact; `size` is in bytes."""

    group: str
    artifact: str
    version: str
    sha256: str
    size: int
    classifier: str = ""

    @property
    def path(self) -> str:
        """Where it lies in a Maven repository and in our cache, with forward slashes."""
        tail = f"-{self.classifier}" if self.classifier else ""
        return f"{self.group.replace('.', '/')}/{self.artifact}/{self.version}/{self.artifact}-{self.version}{tail}.jar"


@dataclass(frozen=True)
class Lock:
    """One version of the server: its main class and everything on its class path, in order."""

    series: str
    version: str
    main_class: str
    jars: tuple[Jar, ...]

    @property
    def size(self) -> int:
        """Bytes to download when nothing is there yet."""
        return sum(jar.size for jar in self.jars)


def load(series: str = "5.26") -> Lock:
    """The lock of a series in `SERIES`; raises ValueError for another."""
    if series not in SERIES:
        raise ValueError(f"There is a managed Neo4j {' and '.join(SERIES)}, not {series!r}.")
    text = files("graph.server").joinpath(f"neo4j-{series}.toml").read_text(encoding="utf-8")
    content = tomllib.loads(text)
    jars = tuple(Jar(**entry) for entry in content["jars"])
    return Lock(series, content["version"], content["main_class"], jars)
