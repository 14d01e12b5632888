"""The reason for each verdict on a point, as the learner reads it."""

import pytest

from models.assessment.skipping import judge_skip
from services.learners.progress import explain_skip_verdict
from tests.models.assessment.test_skipping import KNOWN, UNKNOWN, beyond, evidence, point

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
    judged = judge_skip(found)
    assert explain_skip_verdict(found, judged.verdict, judged.chance) == reason
