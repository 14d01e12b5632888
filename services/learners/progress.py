"""Show what a learner knows and did, and whether they may skip a point, with the evidence and the reason."""

from datetime import datetime

from graph.learners.mastery import read_mastery
from graph.learners.skip_evidence import CurrentPoint, DependentPoint, SkipEvidence, read_skip_evidence
from graph.recommendations.decisions import read_history
from models.assessment.skipping import DependentEvidence, PointEvidence, SkipVerdict, judge_skip
from services.context import AppContext
from services.courses.served import ServedCourse
from services.learners.schemas import (
    DependentView,
    EventView,
    LearnerHistory,
    MasteryOfPoint,
    MasteryView,
    SkipView,
    compute_inferred_share,
)
from services.learners.state import get_learner_course
from services.schemas import PointName, PointStateView

MAX_NAMED_POINTS = 2
"""How many points a sentence names before it says how many more."""


async def get_mastery(context: AppContext, learner: str, course: str | None = None) -> MasteryView:
    """Return every point of the course that the learner ever touched. Raises `NotFound`."""
    served = await get_learner_course(context, learner, course)
    index = served.course.point_index
    rows = await read_mastery(context.graph, learner, context.now(), served.course.id)
    known = sorted((index[row.point], row) for row in rows if row.point in index)
    points = [
        MasteryOfPoint(
            id=row.point,
            name=served.points[place].name,
            level=round(row.level, 4),
            uncertainty=round(row.sd, 4),
            stored=round(row.stored, 4),
            days=round(row.days, 2),
            attempts=row.attempts,
            inferred=compute_inferred_share(row.stored, row.sd, row.attempts),
            mastered=row.level >= served.course.mastered[place].item(),
        )
        for place, row in known
    ]
    mastered = sum(point.mastered for point in points)
    return MasteryView(learner, served.course.id, mastered, served.own_points, points)


async def get_history(
    context: AppContext, learner: str, limit: int = 50, before: datetime | None = None
) -> LearnerHistory:
    """Return the latest events, newest first; `before` pages on. Raises `NotFound`."""
    events = await read_history(context.graph, learner, limit, before)
    views = [
        EventView(
            at=event.at,
            resource=event.resource,
            title=context.courses.title(event.resource) if event.resource else None,
            item=event.item,
            recommendation=event.recommendation,
            policy=event.policy,
            outcome=event.outcome,
            right=event.right,
            reward=event.reward,
        )
        for event in events
    ]
    return LearnerHistory(learner, views)


async def assess_skip(context: AppContext, learner: str, point: str, course: str | None = None) -> SkipView:
    """Return whether a learner may skip a point.

    Raises `NotFound` for an unknown learner, course or point, a point of another course among them.
    """
    served = await get_learner_course(context, learner, course)
    position = served.index_of(point)
    evidence = await read_skip_evidence(context.graph, learner, point, context.now(), served.course.id)
    return _make_skip_view(served, evidence, [each.id for each in served.questions if position in each.points])


def _make_skip_view(served: ServedCourse, evidence: SkipEvidence, items: list[str]) -> SkipView:
    judged, point = judge_skip(make_point_evidence(evidence)), evidence.point
    return SkipView(
        learner=evidence.learner,
        course=evidence.course,
        verdict=judged.verdict,
        reason=explain_skip_verdict(evidence, judged.verdict, judged.chance),
        chance=judged.chance,
        own=judged.own,
        point=_make_point_state(point, point.needed),
        gates=point.level < point.met_at,
        on_the_way=point.on_path,
        prerequisites=[_make_point_state(each, each.met_at) for each in evidence.prerequisites],
        shown_by=[_make_dependent_view(served, each) for each in evidence.mastered_dependents],
        missed=[_make_point_state(each.state, each.state.needed) for each in evidence.affected_dependents],
        items=items,
    )


def make_point_evidence(evidence: SkipEvidence) -> PointEvidence:
    """Return the evidence as the numbers that the judgement needs."""
    point = evidence.point
    return PointEvidence(
        level=point.level,
        sd=point.sd,
        needed=point.needed,
        is_mastered=point.mastered,
        is_on_path=point.on_path,
        prerequisites_met=not evidence.unmet,
        dependents=tuple(
            DependentEvidence(each.state.level, each.state.sd or 0.0, each.state.met_at, each.hops, each.confidence)
            for each in evidence.mastered_dependents
        ),
    )


def _make_dependent_view(served: ServedCourse, dependent: DependentPoint) -> DependentView:
    chain = [PointName(id, served.name(id)) for id in dependent.chain]
    state = _make_point_state(dependent.state, dependent.state.mastered_at)
    return DependentView(state, chain, dependent.hops, round(dependent.confidence, 4))


def _make_point_state(point: CurrentPoint, needed: float) -> PointStateView:
    spread = None if point.sd is None else round(point.sd, 3)
    return PointStateView(point.id, point.name, round(point.level, 3), round(needed, 3), spread)


def explain_skip_verdict(evidence: SkipEvidence, verdict: SkipVerdict, chance: float) -> str:
    """Return the reason for a verdict in one sentence for the learner; `chance`: that the point is known."""
    point = evidence.point
    if point.mastered:
        return f"You have mastered {point.name} already ({point.level:.0%})."
    if not point.on_path:
        return f"Nothing on the way to your goal needs {point.name}."
    showing = _join_names([each.state for each in evidence.mastered_dependents])
    because = f"you have mastered {showing}, which cannot well be done without it" if showing else "your answers say so"
    opens = _join_names([each.state for each in evidence.affected_dependents])
    if verdict == "skip":
        return f"You know {point.name} well enough to go on ({chance:.0%}): {because}."
    if verdict == "test_first":
        opened = f" and open {opens}" if opens else ""
        return f"You probably know {point.name} ({chance:.0%}): {because}; a short check would show it{opened}."
    return _explain_learn(evidence, opens)


def _explain_learn(evidence: SkipEvidence, opens: str) -> str:
    point = evidence.point
    shown = "what you have mastered does not show well enough that you know it"
    if not evidence.mastered_dependents:
        shown = "nothing that you have mastered shows that you know it"
    first = f"; {_join_names(evidence.unmet)} comes first" if evidence.unmet else ""
    needs = f", and without it {opens} would be missed" if opens else ""
    return f"Learn {point.name}: {shown}{needs}{first}."


def _join_names(points: list[CurrentPoint]) -> str:
    names = [point.name for point in points]
    if len(names) > MAX_NAMED_POINTS:
        names = [*names[:MAX_NAMED_POINTS], f"{len(names) - MAX_NAMED_POINTS} more"]
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
