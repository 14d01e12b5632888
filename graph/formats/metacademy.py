"""Read Metacademy's machine learning graph (github metacademy/metacademy-content, CC BY-SA 3.0) as a course folder.

Read `graph.json` (concepts, prerequisites with reasons, links into books and lectures, sources) and the course
outlines beside it, which give some concepts a domain. Decisions that the source does not make:

- A link teaches its concept: a core link as primary, another as supporting. It takes the concept's estimated hours.
- Each link is hours of study rather than a five-minute exercise, so one right outcome of a primary link masters its
  concept: gainRight = 0.85, above the threshold of 0.8. What took hours fades slowly: forgetting = 0.02 a day keeps a
  mastered concept's level above the 0.6 that its successors ask for until its links may be repeated
  (0.85 · e^(−0.02 · 14) = 0.64).
- Every concept has a page of its own beside the links: its summary, what it builds on and why, what builds on it. Where
  there is no core link (39 concepts have no link at all, 47 only further reading, which alone cannot reach 0.8 in one
  or two right outcomes: 0.51, 0.76) the page stands for studying the concept and is primary, so no path is blocked;
  elsewhere it is a short overview and supporting.
- A text for graduates is harder than one for beginners: the source's level gives the difficulty.

Left out, each with a note: prerequisites that name no concept. `needs` of single links has no place in the schema.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from statistics import median
from typing import Any

from graph import readers
from graph.courses.records import CourseProblem, FileLocation
from graph.courses.tables import CourseFolder, RawRow, RawTable
from graph.readers import Unreadable

GRAPH_FILE = "graph.json"
_GRAPH_LOCATION = FileLocation(GRAPH_FILE, 0)
_COURSE = {
    "id": "metacademy",
    "title": "Machine learning (Metacademy)",
    "language": "en",
    "licence": "CC BY-SA 3.0",
    "description": "Concepts of machine learning and its mathematics, their prerequisites, and where to learn them.",
    "source": "metacademy/metacademy-content",
    "gainRight": 0.85,
    "forgetting": 0.02,
}
_VIDEO_TYPES = {"video lecture", "video lectures", "video tutorials", "online lectures", "youtube videos"}
_COURSE_TYPES = {"online course"}
_DIFFICULTY_OF_LEVEL = {"introductory": -0.5, "graduate": 0.5, "expert": 1.0}
_TITLED_ID = re.compile(r'"id": "([^"]+)",\n\s*"title"')
_BRACKETED = re.compile(r"\s*\[([^\]]*)\]")
_OVERVIEW_MINUTES = 15


def read(path: Path) -> CourseFolder:
    """Read the folder `path` or its graph.json; report oddities as notes."""
    file = path / GRAPH_FILE if path.is_dir() else path
    folder = CourseFolder(header=RawRow(_GRAPH_LOCATION, dict(_COURSE)))
    try:
        content = readers.read_bytes(file)
        reader = _Reader(content, folder.notes)
        reader.outline(file.parent / "courses")
        tables = {
            "points": list(reader.points()),
            "prerequisites": list(reader.prerequisites()),
            "resources": [resource for resource, _ in reader.resources()],
            "teaches": [teaches for _, teaches in reader.resources()],
        }
    except Unreadable as error:
        folder.add_problem(FileLocation(GRAPH_FILE, error.line), str(error))
    except OSError as error:
        folder.add_problem(
            _GRAPH_LOCATION, f"cannot be read ({error.strerror}); give the folder that holds Metacademy's graph.json"
        )
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        hint = "get it once more from metacademy/metacademy-content"
        folder.add_problem(_GRAPH_LOCATION, f"is not Metacademy's graph.json ({type(error).__name__}: {error}); {hint}")
    else:
        folder.tables = [RawTable(GRAPH_FILE, table, None, rows) for table, rows in tables.items()]
    return folder


class _Reader:
    """The parsed file. Every method yields rows with the columns of a JSONL table."""

    def __init__(self, content: bytes, notes: list[CourseProblem]) -> None:
        graph = readers.parse_json(content)
        self._concepts = {concept["id"]: concept for concept in graph["concepts"]}
        self._sources = {source["key"]: source for source in graph["resources"]}
        self._places = {
            match[1]: FileLocation(GRAPH_FILE, line) for match, line in _find_lines(readers.decode_text(content))
        }
        self._domains: dict[str, str] = {}
        self._notes = notes
        self._hours = median([concept["hours"] for concept in self._concepts.values() if concept["hours"]] or [1.0])

    def outline(self, folder: Path) -> None:
        """Take each concept's domain from the first course outline that lists it."""
        for file in sorted(folder.glob("*/concepts.txt")):
            title = file.with_name("title.txt").read_text(encoding="utf-8").strip()
            for number, tag in enumerate(file.read_text(encoding="utf-8").split(), 1):
                concept = self._resolve(
                    tag, FileLocation(f"courses/{file.parent.name}/{file.name}", number), title, "concept"
                )
                if concept is not None:
                    self._domains.setdefault(concept, title)

    def points(self) -> Iterator[RawRow]:
        """Yield a point for every concept."""
        for id, concept in self._concepts.items():
            values = {"id": _point_id(id), "name": concept["title"], "description": concept["summary"]}
            yield RawRow(self._at(id), {**values, "domain": self._domains.get(id), "hours": concept["hours"]})

    def prerequisites(self) -> Iterator[RawRow]:
        """Yield an edge for every tag that names a concept."""
        for id, concept in self._concepts.items():
            for edge in concept["prerequisites"]:
                before = self._resolve(edge["id"], self._at(id), id, "prerequisite")
                if before is not None:
                    values = {"from": _point_id(before), "to": _point_id(id), "reason": edge["reason"]}
                    yield RawRow(self._at(id), values)

    def resources(self) -> Iterator[tuple[RawRow, RawRow]]:
        """Yield every link and every concept page, with the row of what it teaches."""
        successors = self._successors()
        for id, concept in self._concepts.items():
            seen: Counter[str] = Counter()
            for link in concept["resources"]:
                seen[link["source"]] += 1
                repeat = f"-{seen[link['source']]}" if seen[link["source"]] > 1 else ""
                resource = f"metacademy/r/{id}/{link['source']}{repeat}"
                yield self._pair(id, resource, self._link(concept, link), primary=link["core"])
            core = any(link["core"] for link in concept["resources"])
            page = self._page(concept, successors[id], overview=core)
            yield self._pair(id, f"metacademy/r/{id}/page", page, primary=not core)

    def _pair(self, concept: str, resource: str, values: dict[str, Any], primary: bool) -> tuple[RawRow, RawRow]:
        role = "primary" if primary else "supporting"
        teaches = {"resource": resource, "point": _point_id(concept), "role": role}
        values = {"id": resource, "language": "en", **values}
        return RawRow(self._at(concept), values), RawRow(self._at(concept), teaches)

    def _link(self, concept: dict[str, Any], link: dict[str, Any]) -> dict[str, Any]:
        source = self._sources[link["source"]]
        places = [_BRACKETED.sub("", part).strip() for part in link["location"]]
        more = f" and {len(places) - 1} more" if len(places) > 1 else ""
        kind, modality = _kind_and_modality(source["resource_type"])
        return {
            "title": f"{source['title']}: {places[0]}{more}" if places else source["title"],
            "kind": kind,
            "modality": modality,
            "level": source.get("level"),
            "difficulty": _DIFFICULTY_OF_LEVEL.get(source.get("level"), 0.0),
            "minutes": self._minutes(concept),
            "url": _resource_url(source, link["location"]),
            "text": "\n".join(places) if more else None,
        }

    def _page(self, concept: dict[str, Any], successors: list[str], overview: bool) -> dict[str, Any]:
        edges = [edge for edge in concept["prerequisites"] if _fold(edge["id"]) in self._concepts]
        reasons = [_reason_text(self._title(_fold(edge["id"])), edge["reason"]) for edge in edges]
        parts = [
            concept["summary"],
            f"Builds on {'; '.join(reasons)}." if reasons else "",
            f"Leads to {', '.join(map(self._title, successors))}." if successors else "",
        ]
        return {
            "title": f"{concept['title']}: concept page",
            "kind": "reading",
            "modality": "text",
            "minutes": _OVERVIEW_MINUTES if overview else self._minutes(concept),
            "text": "\n\n".join(part for part in parts if part),
        }

    def _successors(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for id, concept in self._concepts.items():
            for edge in concept["prerequisites"]:
                found[_fold(edge["id"])].append(id)
        return found

    def _resolve(self, tag: str, at: FileLocation, where: str, what: str) -> str | None:
        """Return the concept that a tag means.

        The raw tags mix - and _; anything else that names no concept is left out.
        """
        if tag in self._concepts:
            return tag
        if _fold(tag) in self._concepts:
            self._notes.append(
                CourseProblem(at, where, f"the {what} {tag!r} is spelled {_fold(tag)!r} elsewhere; taken as that")
            )
            return _fold(tag)
        close = get_close_matches(tag, self._concepts, n=1, cutoff=0.85)
        hint = f" (did you mean {close[0]!r}?)" if close else ""
        self._notes.append(CourseProblem(at, where, f"the {what} {tag!r} is no concept; left out{hint}"))
        return None

    def _at(self, concept: str) -> FileLocation:
        return self._places.get(concept, _GRAPH_LOCATION)

    def _title(self, concept: str) -> str:
        return str(self._concepts[concept]["title"])

    def _minutes(self, concept: dict[str, Any]) -> int:
        return max(5, round(60 * float(concept["hours"] or self._hours)))


def _find_lines(content: str) -> Iterator[tuple[re.Match[str], int]]:
    """Yield each concept's id with the line it stands on."""
    line, position = 1, 0
    for match in _TITLED_ID.finditer(content):
        line += content.count("\n", position, match.start())
        position = match.start()
        yield match, line


def _point_id(concept: str) -> str:
    return f"metacademy/{concept}"


def _fold(tag: str) -> str:
    return tag.replace("-", "_")


def _reason_text(title: str, reason: str | None) -> str:
    return f"{title} ({reason.strip().rstrip('.')})" if reason and reason.strip() else title


def _kind_and_modality(source: str) -> tuple[str, str]:
    """Return kind and modality of a source's type, e.g. "online textbook"."""
    if source in _COURSE_TYPES:
        return "lesson", "video"
    return ("video", "video") if source in _VIDEO_TYPES else ("reading", "text")


def _resource_url(source: dict[str, Any], location: list[str]) -> str:
    """Return where the first location points, else the source itself.

    Marks such as [#page=3] are relative to the source.
    """
    marks: list[str] = [mark.strip() for part in location for mark in _BRACKETED.findall(part)]
    base = source.get("specific_url_base")
    for mark in marks:
        if mark.startswith(("http://", "https://")) and " " not in mark:
            return mark
        if base and mark and " " not in mark:
            return f"{base}{mark}" if mark.startswith("#") or base.endswith("/") else f"{base}/{mark}"
    return str(source["url"])
