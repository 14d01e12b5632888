"""The graph's rows of a course, as the arrays that the models see."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from graph.catalogue import CourseRows
from models.course import KINDS, MODALITIES, Course, Floats, Ints, Thresholds
from models.state import PROFILES, Rates

Row = Mapping[str, Any]


def course_of(rows: CourseRows) -> Course:
    """Build the arrays; edges to points or resources that the rows do not hold are left out."""
    point_ids = [row["id"] for row in rows.points]
    resource_ids = [row["id"] for row in rows.resources]
    points = {id: position for position, id in enumerate(point_ids)}
    resources = {id: position for position, id in enumerate(resource_ids)}
    thresholds = thresholds_of(rows.settings)
    related = [row for row in rows.related if row["a"] in points and row["b"] in points]
    taught, importance = _taught(rows.teaches, resources, points)
    return Course(
        id=rows.id,
        point_ids=point_ids,
        resource_ids=resource_ids,
        prerequisites=_pairs(rows.prerequisites, "before", "after", points),
        related=_pairs(related, "a", "b", points),
        related_weight=_floats(row["weight"] for row in related),
        taught=taught,
        importance=importance,
        mastered=_floats(_or(row["mastered_at"], thresholds.mastered) for row in rows.points),
        met=_floats(_or(row["met_at"], thresholds.met) for row in rows.points),
        difficulty=_floats(row["difficulty"] or 0.0 for row in rows.resources),
        minutes=_floats(row["minutes"] for row in rows.resources),
        kind=_codes((row["kind"] for row in rows.resources), KINDS),
        modality=_codes((row["modality"] for row in rows.resources), MODALITIES),
        rates=rates_of(rows.settings),
        thresholds=thresholds,
    )


def thresholds_of(settings: Row) -> Thresholds:
    """The course's thresholds; what it does not set keeps its default."""
    names = {
        "mastered": "masteredAt",
        "met": "prerequisiteAt",
        "repeat_after_days": "repeatAfterDays",
        "retry_after_days": "retryAfterDays",
    }
    return replace(Thresholds(), **_given(settings, names))


def rates_of(settings: Row) -> Rates:
    """The course's update rates: its `profile` (default or paper), then what it sets itself."""
    names = {
        "gain_right": "gainRight",
        "gain_wrong": "gainWrong",
        "propagation": "propagation",
        "forgetting": "forgetting",
        "forget_after_days": "forgetAfterDays",
    }
    rates = PROFILES.get(settings.get("profile", "default"), PROFILES["default"])
    return Rates(**{**asdict(rates), **_given(settings, names)})


def _given(settings: Row, names: dict[str, str]) -> dict[str, float]:
    """Those that are numbers: somebody may have typed something else in Browser."""
    return {field: float(settings[key]) for field, key in names.items() if isinstance(settings.get(key), (int, float))}


def _or(value: float | None, default: float) -> float:
    return default if value is None else value


def _floats(values: Iterable[float]) -> Floats:
    return np.fromiter(values, dtype=np.float32)


def _codes(words: Iterable[str], known: tuple[str, ...]) -> Ints:
    """Positions among the known words; an unknown one counts as the first."""
    place = {word: position for position, word in enumerate(known)}
    return np.fromiter((place.get(word, 0) for word in words), dtype=np.int64)


def _pairs(rows: Sequence[Row], left: str, right: str, points: dict[str, int]) -> Ints:
    pairs = [(points[row[left]], points[row[right]]) for row in rows if row[left] in points and row[right] in points]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _taught(rows: Sequence[Row], resources: dict[str, int], points: dict[str, int]) -> tuple[Ints, Floats]:
    """(R, C) points and importances, the most important point of a resource first."""
    kept = [row for row in rows if row["resource"] in resources and row["point"] in points]
    resource = np.fromiter((resources[row["resource"]] for row in kept), dtype=np.int64)
    point = np.fromiter((points[row["point"]] for row in kept), dtype=np.int64)
    share = _floats(row["importance"] for row in kept)
    order = np.lexsort((-share, resource))
    counts = np.bincount(resource, minlength=len(resources))
    slot = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    taught = np.zeros((len(resources), max(1, int(counts.max(initial=0)))), dtype=np.int64)
    importance = np.zeros(taught.shape, dtype=np.float32)
    taught[resource[order], slot] = point[order]
    importance[resource[order], slot] = share[order]
    return taught, importance


__all__ = ["Course", "course_of", "rates_of", "thresholds_of"]
