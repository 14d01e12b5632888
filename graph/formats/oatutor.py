"""Read one course of OATutor's content (github CAHLR/OATutor-Content, CC BY 4.0) as a course folder.

The path is the folder that holds `coursePlans.json` and `skillModel.json` (and `defaultBKTParams.json`, which may
be missing), followed by # and the course's name: `PATH#OpenStax: College Algebra`. Decisions that the source does
not make:

- A skill is a point. Its id is `oatutor/SKILL` in every course, so what a learner masters in one course counts in the
  others; therefore a point's values are taken over all courses: its domain is the topic of the first lesson that has
  it, masteredAt the highest target of any lesson, the description counts its problem steps.
- A lesson is a resource of kind practice that teaches each of its learning objectives as primary. It takes a minute for
  each problem step of its skills, at least 5 and at most 60. OATutor ends a lesson when its objectives are mastered, so
  one right outcome masters them: gainRight = 0.9, above the targets of 0.85.
- Lessons come in an order, but the source names no prerequisites and none are made up.
- BKT parameters stand in the settings bktMastery, bktTransit, bktSlip, bktGuess when the course's skills share them
  (they do in the source); where they differ there is a note.

The files hold no texts of problems, so there are no items.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graph import readers
from graph.courses.records import CourseProblem, FileLocation
from graph.courses.tables import CourseFolder, RawRow, RawTable
from graph.formats.html import make_slug
from graph.readers import Unreadable

PLANS_FILE = "coursePlans.json"
SKILLS_FILE = "skillModel.json"
BKT_FILE = "defaultBKTParams.json"
_LESSON_URL = "https://cahlr.github.io/OATutor/#/lessons/"
_BKT_SETTINGS = {
    "probMastery": "bktMastery",
    "probTransit": "bktTransit",
    "probSlip": "bktSlip",
    "probGuess": "bktGuess",
}
_IN_BRACKETS = re.compile(r"<(.+)>")
_LANGUAGE_CODES = {"se": "sv"}
"""The source writes the country for Swedish; se would be Northern Sami."""


def read(path: Path) -> CourseFolder:
    """Read one course; see the module for the form of `path`."""
    place, name = _split_path(path)
    folder = CourseFolder()
    file = PLANS_FILE
    try:
        plans = readers.read_bytes(place / PLANS_FILE)
        courses = readers.parse_json(plans)
        file = SKILLS_FILE
        steps = Counter(skill for skills in _read_document(place, SKILLS_FILE).values() for skill in skills)
        file = BKT_FILE
        parameters = _read_document(place, BKT_FILE) if (place / BKT_FILE).exists() else {}
        file = PLANS_FILE
        course = _choose_course(courses, name)
        reader = _Reader(courses, course, steps, _find_lesson_lines(plans.decode(), course["courseName"]))
        folder.notes += reader.nameless()
        folder.header = RawRow(reader.at(""), {**reader.header(), **reader.parameters(parameters, folder)})
        tables = {"points": reader.points(), "resources": reader.lessons(), "teaches": reader.teaches()}
        folder.tables = [RawTable(PLANS_FILE, table, None, list(rows)) for table, rows in tables.items()]
    except Unreadable as error:
        folder.add_problem(FileLocation(file, error.line), str(error))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        folder.add_problem(
            FileLocation(file, 0), f"is not OATutor's {file} ({type(error).__name__}: {error}); get it once more"
        )
    return folder


def _split_path(path: Path) -> tuple[Path, str | None]:
    """Return the folder and the name of a course; a folder may have a # in its own name."""
    if path.exists() or "#" not in str(path):
        return path, None
    place, _, name = str(path).partition("#")
    return Path(place), name


def _read_document(place: Path, file: str) -> dict[str, Any]:
    values: dict[str, Any] = readers.parse_json(readers.read_bytes(place / file))
    return values


def _choose_course(courses: list[dict[str, Any]], name: str | None) -> dict[str, Any]:
    """Return the course of that name, case and signs aside, or the only one without a name. Raises `Unreadable`."""
    found = [course for course in courses if name is None or make_slug(course["courseName"]) == make_slug(name)]
    if len(found) == 1:
        return found[0]
    names = "; ".join(str(course["courseName"]) for course in courses)
    asked = "holds many courses" if name is None else f"holds no course {name!r}"
    raise Unreadable(0, f"{asked}; put one of these names behind the path and a #: {names}")


def _find_lesson_lines(text: str, course: str) -> dict[str, int]:
    """Return the lines of a course's lessons by their ids; of the course itself under ""."""
    found: dict[str, int] = {}
    inside = False
    for number, line in enumerate(text.split("\n"), 1):
        key, _, value = line.strip().partition(": ")
        if key == '"courseName"':
            inside = readers.parse_json(b"[" + value.rstrip(",").encode() + b"]") == [course]
        if inside and key in ('"courseName"', '"id"'):
            found.setdefault("" if key == '"courseName"' else value.strip('",'), number)
    return found


class _Reader:
    """One course among all. Every method yields rows with the columns of a JSONL table."""

    def __init__(
        self, courses: list[dict[str, Any]], course: dict[str, Any], steps: Counter[str], lines: dict[str, int]
    ) -> None:
        self._course = course
        self._steps = steps
        self._lines = lines
        self._id = f"oatutor-{make_slug(course['courseName'])}"
        self._targets: dict[str, float] = {}
        self._topics: dict[str, str] = {}
        for lesson in (lesson for each in courses for lesson in each["lessons"]):
            for skill, target in _lesson_objectives(lesson).items():
                self._targets[skill] = max(target, self._targets.get(skill, target))
                self._topics.setdefault(skill, lesson["topics"] or lesson["name"])

    def at(self, lesson: str) -> FileLocation:
        """Return where a lesson stands."""
        return FileLocation(PLANS_FILE, self._lines.get(lesson, 0))

    def header(self) -> dict[str, Any]:
        """Return the values of course.json."""
        language = self._course.get("language") or None
        return {
            "id": self._id,
            "title": self._course["courseName"],
            "language": _LANGUAGE_CODES.get(str(language), language),
            "licence": _bracketed_text(self._course.get("courseLicense")) or "CC BY 4.0",
            "source": f"CAHLR/OATutor-Content; {_bracketed_text(self._course.get('courseOER')) or 'OATutor'}",
            "gainRight": 0.9,
        }

    def nameless(self) -> Iterator[CourseProblem]:
        """Yield a note for every objective without a name."""
        for lesson in self._course["lessons"]:
            if len(_lesson_objectives(lesson)) < len(lesson["learningObjectives"]):
                yield CourseProblem(self.at(lesson["id"]), lesson["id"], "has an objective without a name; left out")

    def parameters(self, all_of_them: dict[str, Any], folder: CourseFolder) -> dict[str, float]:
        """Return the settings of Bayesian knowledge tracing that all skills of the course share."""
        skills = [all_of_them[skill] for skill in self._skills() if skill in all_of_them]
        shared = {}
        for key, setting in _BKT_SETTINGS.items():
            values = {skill[key] for skill in skills}
            if len(values) == 1:
                shared[setting] = values.pop()
            elif values:
                message = f"{key} differs between skills ({len(values)} values); left out"
                folder.notes.append(CourseProblem(FileLocation(BKT_FILE, 0), self._id, message))
        return shared

    def points(self) -> Iterator[RawRow]:
        """Yield each skill once, in the order of lessons."""
        for skill, lesson in self._skills().items():
            steps = self._steps[skill]
            values = {
                "id": _point_id(skill),
                "name": skill.replace("_", " ").strip().capitalize(),
                "description": f"{steps} problem step{'' if steps == 1 else 's'} in OATutor.",
                "domain": self._topics[skill],
                "masteredAt": self._targets[skill],
            }
            yield RawRow(self.at(lesson), values)

    def lessons(self) -> Iterator[RawRow]:
        """Yield a resource for every lesson."""
        for lesson in self._course["lessons"]:
            steps = sum(self._steps[skill] for skill in _lesson_objectives(lesson))
            values = {
                "id": self._resource(lesson),
                "title": f"{lesson['name']}: {lesson['topics']}" if lesson["topics"] else lesson["name"],
                "kind": "practice",
                "modality": "interactive",
                "minutes": min(60, max(5, steps)),
                "url": _LESSON_URL + lesson["id"],
                "language": self.header()["language"],
            }
            yield RawRow(self.at(lesson["id"]), values)

    def teaches(self) -> Iterator[RawRow]:
        """Yield the points that each lesson teaches."""
        for lesson in self._course["lessons"]:
            for skill in _lesson_objectives(lesson):
                values = {"resource": self._resource(lesson), "point": _point_id(skill), "role": "primary"}
                yield RawRow(self.at(lesson["id"]), values)

    def _skills(self) -> dict[str, str]:
        """Return the course's skills with the first lesson of each."""
        lessons = reversed(self._course["lessons"])
        found = {skill: lesson["id"] for lesson in lessons for skill in reversed(_lesson_objectives(lesson))}
        return dict(reversed(found.items()))

    def _resource(self, lesson: dict[str, Any]) -> str:
        return f"{self._id}/r/{lesson['id']}"


def _lesson_objectives(lesson: dict[str, Any]) -> dict[str, float]:
    """Return the skills of a lesson with their targets; the source has one without a name."""
    return {skill: target for skill, target in lesson["learningObjectives"].items() if skill.strip()}


def _point_id(skill: str) -> str:
    return f"oatutor/{'_'.join(skill.split())}"


def _bracketed_text(link: Any) -> str:
    """Return the text in the brackets of `https://… <name>`, else all of it; the source has 0.0 for nothing."""
    if not isinstance(link, str):
        return ""
    found = _IN_BRACKETS.search(link)
    return found[1] if found else link
