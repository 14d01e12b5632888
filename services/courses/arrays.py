"""Convert the graph's rows of a course into the models' arrays, and into the texts and traits of its resources.

Content-based rankers read the texts and traits.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from graph.catalogue import CourseRows, PointRow, ResourceRow
from models.arrays import Floats, Ints
from models.course import MODALITIES, RESOURCE_KINDS, Course, Thresholds
from models.knowledge_tracing.state import RATE_PROFILES, Rates, compute_gain_right
from models.rankers.interactions import Catalogue

GraphRow = Mapping[str, Any]


def build_course(rows: CourseRows) -> Course:
    """Build the arrays; edges to points or resources that the rows do not hold are left out."""
    point_ids = [row["id"] for row in rows.points]
    resource_ids = [row["id"] for row in rows.resources]
    points = {id: position for position, id in enumerate(point_ids)}
    resources = {id: position for position, id in enumerate(resource_ids)}
    thresholds = build_thresholds(rows.settings)
    related = [row for row in rows.related if row["a"] in points and row["b"] in points]
    taught, importance = _make_taught_arrays(rows.teaches, resources, points)
    return Course(
        id=rows.id,
        point_ids=point_ids,
        resource_ids=resource_ids,
        prerequisites=_make_index_pairs(rows.prerequisites, "before", "after", points),
        related=_make_index_pairs(related, "a", "b", points),
        related_weight=_make_floats(row["weight"] for row in related),
        taught=taught,
        importance=importance,
        mastered=_make_floats(_value_or_default(row["mastered_at"], thresholds.mastered) for row in rows.points),
        met=_make_floats(_value_or_default(row["met_at"], thresholds.met) for row in rows.points),
        difficulty=_make_floats(row["difficulty"] or 0.0 for row in rows.resources),
        minutes=_make_floats(row["minutes"] for row in rows.resources),
        kind=_encode_words((row["kind"] for row in rows.resources), RESOURCE_KINDS),
        modality=_encode_words((row["modality"] for row in rows.resources), MODALITIES),
        rates=build_rates(rows.settings, count_usual_offer(rows)),
        thresholds=thresholds,
    )


def build_thresholds(settings: GraphRow) -> Thresholds:
    """The course's thresholds; what it does not set keeps its default."""
    names = {
        "mastered": "masteredAt",
        "met": "prerequisiteAt",
        "repeat_after_days": "repeatAfterDays",
        "retry_after_days": "retryAfterDays",
    }
    return replace(Thresholds(), **_read_numbers(settings, names))


def count_usual_offer(rows: CourseRows) -> float:
    """Return how many resources and items a point usually has: the median over taught points, 1 without any."""
    taught = Counter(row["point"] for row in rows.teaches)
    asked = Counter(point for item in rows.items for point in item["points"])
    return float(np.median([count + asked[point] for point, count in taught.items()] or [1]))


def build_rates(settings: GraphRow, offered: float) -> Rates:
    """Return the course's update rates: its `profile` (default or paper), then what it sets itself.

    offered: `count_usual_offer`, from which the gain of a right answer follows in the default profile.
    """
    names = {
        "gain_right": "gainRight",
        "gain_wrong": "gainWrong",
        "propagation": "propagation",
        "forgetting": "forgetting",
        "forget_after_days": "forgetAfterDays",
    }
    usual = replace(RATE_PROFILES["default"], gain_right=compute_gain_right(offered))
    rates = {**RATE_PROFILES, "default": usual}.get(settings.get("profile", "default"), usual)
    return Rates(**{**asdict(rates), **_read_numbers(settings, names)})


def _read_numbers(settings: GraphRow, names: dict[str, str]) -> dict[str, float]:
    """Those that are numbers: somebody may have typed something else in Browser."""
    return {field: float(settings[key]) for field, key in names.items() if isinstance(settings.get(key), (int, float))}


def _value_or_default(value: float | None, default: float) -> float:
    return default if value is None else value


def _make_floats(values: Iterable[float]) -> Floats:
    return np.fromiter(values, dtype=np.float32)


def _encode_words(words: Iterable[str], known: tuple[str, ...]) -> Ints:
    """Positions among the known words; an unknown one counts as the first."""
    place = {word: position for position, word in enumerate(known)}
    return np.fromiter((place.get(word, 0) for word in words), dtype=np.int64)


def _make_index_pairs(rows: Sequence[GraphRow], left: str, right: str, points: dict[str, int]) -> Ints:
    pairs = [(points[row[left]], points[row[right]]) for row in rows if row[left] in points and row[right] in points]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _make_taught_arrays(
    rows: Sequence[GraphRow], resources: dict[str, int], points: dict[str, int]
) -> tuple[Ints, Floats]:
    """(R, C) points and importances, the most important point of a resource first."""
    kept = [row for row in rows if row["resource"] in resources and row["point"] in points]
    resource = np.fromiter((resources[row["resource"]] for row in kept), dtype=np.int64)
    point = np.fromiter((points[row["point"]] for row in kept), dtype=np.int64)
    share = _make_floats(row["importance"] for row in kept)
    order = np.lexsort((-share, resource))
    counts = np.bincount(resource, minlength=len(resources))
    slot = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    taught = np.zeros((len(resources), max(1, int(counts.max(initial=0)))), dtype=np.int64)
    importance = np.zeros(taught.shape, dtype=np.float32)
    taught[resource[order], slot] = point[order]
    importance[resource[order], slot] = share[order]
    return taught, importance


def build_catalogue(rows: CourseRows) -> Catalogue:
    """Resources in the order of the course's arrays (`services/courses/arrays.py`).

    Text: the title, then name and description of the points taught, the most important first. Traits: level, kind,
    modality, language and `point:ID` of each point. A resource without a language has the course's.
    """
    taught = _group_points_by_resource(rows)
    stated = rows.settings.get("language")
    language = stated if isinstance(stated, str) else None
    return Catalogue(
        items=tuple(row["id"] for row in rows.resources),
        texts=tuple(_make_text(row, taught[row["id"]]) for row in rows.resources),
        traits=tuple(_make_traits(row, language, taught[row["id"]]) for row in rows.resources),
    )


def _group_points_by_resource(rows: CourseRows) -> dict[str, list[PointRow]]:
    """The points of each resource, as far as the rows hold them."""
    points = {row["id"]: row for row in rows.points}
    taught: dict[str, list[PointRow]] = defaultdict(list)
    for edge in sorted(rows.teaches, key=lambda row: -row["importance"]):
        if edge["point"] in points:
            taught[edge["resource"]].append(points[edge["point"]])
    return taught


def _make_text(resource: ResourceRow, points: list[PointRow]) -> str:
    told = [f"{point['name']}. {point['description'] or ''}".strip() for point in points]
    return "\n".join([resource["title"], *told])


def _make_traits(resource: ResourceRow, language: str | None, points: list[PointRow]) -> frozenset[str]:
    values = {
        "level": resource["level"],
        "kind": resource["kind"],
        "modality": resource["modality"],
        "language": resource["language"] or language,
    }
    named = {f"{name}:{value}" for name, value in values.items() if value}
    return frozenset(named | {f"point:{point['id']}" for point in points})
