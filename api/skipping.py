"""May this learner skip that point? The evidence of the graph, judged, in names that people read."""

from api.loop import Loop
from api.situation import Served, read_course
from api.skip_views import PointName, PointState, ShownBy, SkipView
from graph.skipping import Dependent, PointNow, skip_evidence
from models.skipping import SkipEvidence, judge


async def may_skip(loop: Loop, learner: str, point: str, course: str | None = None) -> SkipView:
    """Raises `NotFound` for an unknown learner, course or point, a point of another course among them."""
    served = await read_course(loop, learner, course)
    position = served.position(point)
    evidence = await skip_evidence(loop.graph, learner, point, loop.now(), served.course.id)
    return _view(served, evidence, [each.id for each in served.questions if position in each.points])


def _view(served: Served, evidence: SkipEvidence, items: list[str]) -> SkipView:
    judged, point = judge(evidence), evidence.point
    return SkipView(
        learner=evidence.learner,
        course=evidence.course,
        verdict=judged.verdict,
        reason=judged.reason,
        chance=judged.chance,
        own=judged.own,
        point=_state(point, point.needed),
        gates=point.level < point.met_at,
        on_the_way=point.wanted,
        prerequisites=[_state(each, each.met_at) for each in evidence.prerequisites],
        shown_by=[_shown_by(served, each) for each in evidence.showing],
        missed=[_state(each.state, each.state.needed) for each in evidence.missed],
        items=items,
    )


def _shown_by(served: Served, dependent: Dependent) -> ShownBy:
    chain = [PointName(id, served.name(id)) for id in dependent.chain]
    state = _state(dependent.state, dependent.state.mastered_at)
    return ShownBy(state, chain, dependent.hops, round(dependent.confidence, 4))


def _state(point: PointNow, needed: float) -> PointState:
    spread = None if point.uncertainty is None else round(point.uncertainty, 3)
    return PointState(point.id, point.name, round(point.level, 3), round(needed, 3), spread)
