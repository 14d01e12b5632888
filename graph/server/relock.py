"""Maintainer's tool that writes a lock file: `python -m graph.server.relock 5.26 5.26.19`.

jgo's resolver, which needs no Maven program, finds the class path of the server and of Neo4j Browser; every jar is
downloaded once, checked against the SHA-1 beside it, and its SHA-256 goes into the lock. Run the tests on the new
lock before committing it.
"""

import hashlib
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jgo.maven import Dependency, MavenContext

from graph.server.lock import Jar

BROWSER = ("org.neo4j.client", "neo4j-browser", "5.24.0")
MAIN_CLASSES = {"5.26": "org.neo4j.server.CommunityEntryPoint", "2026": "org.neo4j.server.Neo4jCommunity"}


def resolve(version: str) -> list[Jar]:
    """Every jar that a server of `version` with its Browser needs, sorted."""
    context = MavenContext(timeout=60)
    wanted = [("org.neo4j.app", "neo4j-server", version), ("org.neo4j", "neo4j", version), BROWSER]
    inputs = [Dependency(context.project(g, a).at_version(v).artifact()) for g, a, v in wanted]
    found, transitive = context.resolver.resolve(inputs)
    with ThreadPoolExecutor(8) as pool:
        jars = pool.map(_jar, [d for d in found + transitive if d.type == "jar"])
        return sorted(jars, key=lambda jar: jar.path)


def _jar(dependency: Dependency) -> Jar:
    content = dependency.artifact.resolve().read_bytes()
    return Jar(
        dependency.groupId,
        dependency.artifactId,
        dependency.version,
        hashlib.sha256(content).hexdigest(),
        len(content),
        dependency.classifier or "",
    )


def render(series: str, version: str, jars: list[Jar]) -> str:
    """The text of a lock file, one jar a line so that a diff shows what changed."""
    lines = [
        f"# Neo4j {version} and its Browser; written by `python -m graph.server.relock {series} {version}`.",
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
    jars = resolve(version)
    path.write_text(render(series, version, jars), encoding="utf-8")
    print(f"{path.name}: {len(jars)} jars, {sum(jar.size for jar in jars) / 1e6:.0f} MB")


if __name__ == "__main__":
    main(*sys.argv[1:])
