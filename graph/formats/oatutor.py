"""Reads one course of OATutor's content (github CAHLR/OATutor-Content, CC BY 4.0) as a course folder.

The path is the folder that holds `coursePlans.json` and `skillModel.json` (and `defaultBKTParams.json`, which may be
missing), with the course's name behind a #: `PATH#OpenStax: College Algebra`. Decisions that the source does not make:

- A skill is a point. Its id is `oatutor/SKILL` in every course, so what a learner masters in one course counts in the
  others; therefore all that is said of a point is taken over all courses: its domain is the topic of the first lesson
  that has it, masteredAt the highest target of any lesson, the description counts its problem steps.
- A lesson is a resource of kind practice that teaches each of its learning objectives as primary. It takes a minute for
  each problem step of its skills, at least 5 and at most 60. OATutor ends a lesson when its objectives are mastered, so
  one right outcome masters them: gainRight = 0.9, above the targets of 0.85.
- Lessons come in an order, but the source names no prerequisites and none are made up.
- BKT parameters stand in the settings bktMastery, bktTransit, bktSlip, bktGuess when the course's skills share them
  (they do in the source); where they differ a note says so.

The files hold no texts of problems, so there are no items.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graph import reading
from graph.course import Place, Problem
from graph.course_files import Folder, Row, Sheet
from graph.formats.naming import slug
from graph.reading import Unreadable

PLANS = "coursePlans.json"
SKILLS = "skillModel.json"
BKT = "defaultBKTParams.json"
_LESSON = "https://cahlr.github.io/OATutor/#/lessons/"
_PARAMETERS = {
    "probMastery": "bktMastery",
    "probTransit": "bktTransit",
    "probSlip": "bktSlip",
    "probGuess": "bktGuess",
}
_IN_BRACKETS = re.compile(r"<(.+)>")
_LANGUAGES = {"se": "sv"}
"""The source writes the country for Swedish; se would be Northern Sami."""


def read(path: Path) -> Folder:
    """One course in the form that `course_fields.parse` takes."""
    place, name = _parted(path)
    folder = Folder()
    file = PLANS
    try:
        plans = reading.content(place / PLANS)
        courses = reading.json(plans)
        file = SKILLS
        steps = Counter(skill for skills in _document(place, SKILLS).values() for skill in skills)
        file = BKT
        parameters = _document(place, BKT) if (place / BKT).exists() else {}
        file = PLANS
        course = _chosen(courses, name)
        reader = _Reader(courses, course, steps, _lines(plans.decode(), course["courseName"]))
        folder.notes += reader.nameless()
        folder.header = Row(reader.at(""), {**reader.header(), **reader.parameters(parameters, folder)})
        tables = {"points": reader.points(), "resources": reader.lessons(), "teaches": reader.teaches()}
        folder.sheets = [Sheet(PLANS, table, None, list(rows)) for table, rows in tables.items()]
    except Unreadable as error:
        folder.say(Place(file, error.line), str(error))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        folder.say(Place(file, 0), f"is not OATutor's {file} ({type(error).__name__}: {error}); get it once more")
    return folder


def _parted(path: Path) -> tuple[Path, str | None]:
    """The folder and the name of a course; a folder may have a # in its own name."""
    if path.exists() or "#" not in str(path):
        return path, None
    place, _, name = str(path).partition("#")
    return Path(place), name


def _document(place: Path, file: str) -> dict[str, Any]:
    values: dict[str, Any] = reading.json(reading.content(place / file))
    return values


def _chosen(courses: list[dict[str, Any]], name: str | None) -> dict[str, Any]:
    """The course of that name, case and signs aside; the only one where no name is given. Raises `Unreadable`."""
    found = [course for course in courses if name is None or slug(course["courseName"]) == slug(name)]
    if len(found) == 1:
        return found[0]
    names = "; ".join(str(course["courseName"]) for course in courses)
    asked = "holds many courses" if name is None else f"holds no course {name!r}"
    raise Unreadable(0, f"{asked}; put one of these names behind the path and a #: {names}")


def _lines(text: str, course: str) -> dict[str, int]:
    """The lines of a course's lessons by their ids; of the course itself under ""."""
    found: dict[str, int] = {}
    inside = False
    for number, line in enumerate(text.split("\n"), 1):
        key, _, value = line.strip().partition(": ")
        if key == '"courseName"':
            inside = reading.json(b"[" + value.rstrip(",").encode() + b"]") == [course]
        if inside and key in ('"courseName"', '"id"'):
            found.setdefault("" if key == '"courseName"' else value.strip('",'), number)
    return found


class _Reader:
    """One course among all. Every method yields rows as a JSONL table would have them."""

    def __init__(
        self, courses: list[dict[str, Any]], course: dict[str, Any], steps: Counter[str], lines: dict[str, int]
    ) -> None:
        self._course = course
        self._steps = steps
        self._lines = lines
        self._id = f"oatutor-{slug(course['courseName'])}"
        self._targets: dict[str, float] = {}
        self._topics: dict[str, str] = {}
        for lesson in (lesson for each in courses for lesson in each["lessons"]):
            for skill, target in _objectives(lesson).items():
                self._targets[skill] = max(target, self._targets.get(skill, target))
                self._topics.setdefault(skill, lesson["topics"] or lesson["name"])

    def at(self, lesson: str) -> Place:
        """Where a lesson stands."""
        return Place(PLANS, self._lines.get(lesson, 0))

    def header(self) -> dict[str, Any]:
        """course.json."""
        language = self._course.get("language") or None
        return {
            "id": self._id,
            "title": self._course["courseName"],
            "language": _LANGUAGES.get(str(language), language),
            "licence": _bracketed(self._course.get("courseLicense")) or "CC BY 4.0",
            "source": f"CAHLR/OATutor-Content; {_bracketed(self._course.get('courseOER')) or 'OATutor'}",
            "gainRight": 0.9,
        }

    def nameless(self) -> Iterator[Problem]:
        """A note for every objective without a name."""
        for lesson in self._course["lessons"]:
            if len(_objectives(lesson)) < len(lesson["learningObjectives"]):
                yield Problem(self.at(lesson["id"]), lesson["id"], "has an objective without a name; left out")

    def parameters(self, all_of_them: dict[str, Any], folder: Folder) -> dict[str, float]:
        """The settings of Bayesian knowledge tracing that all skills of the course share."""
        skills = [all_of_them[skill] for skill in self._skills() if skill in all_of_them]
        shared = {}
        for key, setting in _PARAMETERS.items():
            values = {skill[key] for skill in skills}
            if len(values) == 1:
                shared[setting] = values.pop()
            elif values:
                message = f"{key} differs between skills ({len(values)} values); left out"
                folder.notes.append(Problem(Place(BKT, 0), self._id, message))
        return shared

    def points(self) -> Iterator[Row]:
        """Each skill once, in the order of lessons."""
        for skill, lesson in self._skills().items():
            steps = self._steps[skill]
            values = {
                "id": _point(skill),
                "name": skill.replace("_", " ").strip().capitalize(),
                "description": f"{steps} problem step{'' if steps == 1 else 's'} in OATutor.",
                "domain": self._topics[skill],
                "masteredAt": self._targets[skill],
            }
            yield Row(self.at(lesson), values)

    def lessons(self) -> Iterator[Row]:
        """A resource for every lesson."""
        for lesson in self._course["lessons"]:
            steps = sum(self._steps[skill] for skill in _objectives(lesson))
            values = {
                "id": self._resource(lesson),
                "title": f"{lesson['name']}: {lesson['topics']}" if lesson["topics"] else lesson["name"],
                "kind": "practice",
                "modality": "interactive",
                "minutes": min(60, max(5, steps)),
                "url": _LESSON + lesson["id"],
                "language": self.header()["language"],
            }
            yield Row(self.at(lesson["id"]), values)

    def teaches(self) -> Iterator[Row]:
        """What each lesson teaches."""
        for lesson in self._course["lessons"]:
            for skill in _objectives(lesson):
                values = {"resource": self._resource(lesson), "point": _point(skill), "role": "primary"}
                yield Row(self.at(lesson["id"]), values)

    def _skills(self) -> dict[str, str]:
        """The course's skills with the first lesson of each."""
        lessons = reversed(self._course["lessons"])
        found = {skill: lesson["id"] for lesson in lessons for skill in reversed(_objectives(lesson))}
        return dict(reversed(found.items()))

    def _resource(self, lesson: dict[str, Any]) -> str:
        return f"{self._id}/r/{lesson['id']}"


def _objectives(lesson: dict[str, Any]) -> dict[str, float]:
    """The skills of a lesson with their targets; the source has one without a name."""
    return {skill: target for skill, target in lesson["learningObjectives"].items() if skill.strip()}


def _point(skill: str) -> str:
    return f"oatutor/{'_'.join(skill.split())}"


def _bracketed(link: Any) -> str:
    """What stands in the brackets of `https://… <name>`, else all of it; the source has 0.0 for nothing."""
    if not isinstance(link, str):
        return ""
    found = _IN_BRACKETS.search(link)
    return found[1] if found else link
