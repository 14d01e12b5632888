"""The evidence as numbers, and the reason for each verdict on a point as the learner reads it."""

import pytest

from graph.learners.skip_evidence import CurrentPoint, DependentPoint, SkipEvidence
from models.assessment.skipping import DependentEvidence, PointEvidence, judge_skip
from services.learners.progress import explain_skip_verdict, make_point_evidence


def point(id="b", level=0.0, sd=None, attempts=0, goal_level=None, on_path=True) -> CurrentPoint:
    return CurrentPoint(id, id.upper(), level, sd, attempts, 0.6, 0.8, goal_level, on_path)


def beyond(id, hops, level=0.9, confidence=1.0, attempts=5, builds_on=()) -> DependentPoint:
    chain = ["b", *(f"{id}{step}" for step in range(1, hops)), id]
    return DependentPoint(point(id, level, 0.05, attempts), chain, confidence, list(builds_on) or [chain[-2]])


def evidence(own=None, prerequisites=(), dependents=()) -> SkipEvidence:
    return SkipEvidence("ana", "course", own or point(), list(prerequisites), list(dependents))


KNOWN = point("a", 0.9, 0.1, 3)
UNKNOWN = point("a", 0.2, 0.1, 3)
CLOSED = [beyond("c", 1, level=0.1), beyond("d", 1, level=0.1)]


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (evidence(point(level=0.85, sd=0.1, attempts=4)), "You have mastered B already (85%)."),
        (evidence(point(on_path=False)), "Nothing on the way to your goal needs B."),
        (
            evidence(point(level=0.75, sd=0.1, attempts=8), [KNOWN], [beyond("c", 1)]),
            "You know B well enough to go on (97%): you have mastered C, which cannot well be done without it.",
        ),
        (
            evidence(prerequisites=[KNOWN], dependents=[beyond("c", 1), beyond("e", 1, level=0.1)]),
            "You probably know B (58%): you have mastered C, which cannot well be done without it; "
            "a short check would show it and open E.",
        ),
        (
            evidence(prerequisites=[UNKNOWN], dependents=CLOSED),
            "Learn B: nothing that you have mastered shows that you know it, and without it C and D would be missed; "
            "A comes first.",
        ),
    ],
)
def test_the_reason_names_what_it_rests_on(found, reason):
    judged = judge_skip(make_point_evidence(found))
    assert explain_skip_verdict(found, judged.verdict, judged.chance) == reason


def test_only_what_is_mastered_by_its_own_answers_is_evidence():
    found = evidence(
        point(level=0.7, sd=0.1, goal_level=0.9),
        [KNOWN, UNKNOWN],
        [beyond("c", 2, confidence=0.5), beyond("d", 1, level=0.1), beyond("e", 1, attempts=0)],
    )
    assert make_point_evidence(found) == PointEvidence(
        0.7, 0.1, 0.9, False, True, False, (DependentEvidence(0.9, 0.05, 0.6, 2, 0.5),)
    )


def test_what_would_be_missed_is_what_nothing_mastered_builds_on():
    # b → c → d → f (mastered), b → e
    c, d = beyond("c", 1, level=0.1), beyond("d", 2, level=0.1, builds_on=["c"])
    f, e = beyond("f", 3, builds_on=["d"]), beyond("e", 1, level=0.1)
    found = evidence(dependents=[c, e, d, f])
    assert [each.state.id for each in found.affected_dependents] == ["e"] and found.mastered_dependents == [f]
