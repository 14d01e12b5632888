"""Why a resource is recommended, in words a learner can read and in the numbers behind them."""

from typing import NamedTuple

import numpy as np

from api.served import Served
from api.timings import measured
from api.views import PointState, Reasons
from api.way import Way
from models.course import Floats

NAMED = 3
"""How many names one sentence lists before it says how many more."""


class Known(NamedTuple):
    """Mastery (N,) and its standard deviation (N,); without the latter where levels are what a plan expects."""

    level: Floats
    spread: Floats | None = None


@measured("reasons")
def reasons(served: Served, way: Way, known: Known, resource: int, outlook: tuple[float, float]) -> Reasons:
    """The reasons for one resource. `known`: mastery then; `outlook`: expected gain and chance of success."""
    course = served.course
    taught = course.taught[resource][course.importance[resource] > 0].tolist()
    main = _main_point(course.importance[resource], taught, course.taught[resource], way)
    needed = sorted({earlier for point in taught for earlier in served.before[point]} - set(taught))
    prerequisites = [_state(served, point, known, course.met) for point in needed]
    teaches = [_state(served, point, known, course.mastered) for point in taught]
    opens = served.names(way.path(main))
    gain, success = outlook
    return Reasons(
        text=_sentence(prerequisites, teaches, [point.name for point in opens[1:]], gain),
        prerequisites=prerequisites,
        teaches=teaches,
        opens=opens,
        expected_gain=round(gain, 4),
        success=round(success, 4),
    )


def _main_point(importance: Floats, taught: list[int], points: np.ndarray, way: Way) -> int:
    """The most important point that lies on the way to the goal."""
    weight = {int(point): float(share) for point, share in zip(points, importance, strict=True) if share > 0}
    return max(taught, key=lambda point: (bool(way.closure[point]), weight[point]))


def _state(served: Served, point: int, known: Known, needed: Floats) -> PointState:
    name = served.points[point]
    spread = None if known.spread is None else round(float(known.spread[point]), 3)
    return PointState(name.id, name.name, round(float(known.level[point]), 3), round(float(needed[point]), 3), spread)


def _sentence(prerequisites: list[PointState], teaches: list[PointState], opens: list[str], gain: float) -> str:
    """ "You know A (82 %) and B (71 %); it raises C from 30 % towards 80 % (+0.21 expected); it opens D, then E." """
    if prerequisites:
        start = f"you know {_listed([f'{point.name} ({_share(point)})' for point in prerequisites])}"
    else:
        start = "it needs nothing before it"
    raised = _listed([f"{point.name} (now {_share(point)})" for point in teaches])
    parts = [start, f"it raises {raised}, {gain:+.2f} expected"]
    if opens:
        parts.append(f"it leads to {_chain(opens)}")
    text = "; ".join(parts) + "."
    return text[0].upper() + text[1:]


def _share(point: PointState) -> str:
    """ "82% ± 9", or "82%" where nothing is known of the uncertainty."""
    return f"{point.level:.0%}" + (f" ± {100 * point.uncertainty:.0f}" if point.uncertainty else "")


def _listed(names: list[str]) -> str:
    if len(names) > NAMED:
        names = [*names[:NAMED], f"{len(names) - NAMED} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _chain(names: list[str]) -> str:
    """The next points and the goal; what lies between is left out of the sentence."""
    shown = names if len(names) <= NAMED else [*names[: NAMED - 1], "…", names[-1]]
    return " → ".join(shown)
