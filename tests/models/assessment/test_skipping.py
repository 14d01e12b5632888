"""The judgement by hand: each verdict, what each piece of evidence weighs, and what no evidence can do."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from graph.learners.skip_evidence import CurrentPoint, DependentPoint, SkipEvidence
from models.assessment.skipping import SkipRules, compute_chance_above, estimate_chance_known, judge_skip

RULES = SkipRules()


def point(id="b", level=0.0, sd=None, attempts=0, goal_level=None, on_path=True) -> CurrentPoint:
    return CurrentPoint(id, id.upper(), level, sd, attempts, 0.6, 0.8, goal_level, on_path)


def beyond(id, hops, level=0.9, confidence=1.0, attempts=5, builds_on=()) -> DependentPoint:
    chain = ["b", *(f"{id}{step}" for step in range(1, hops)), id]
    return DependentPoint(point(id, level, 0.05, attempts), chain, confidence, list(builds_on) or [chain[-2]])


def evidence(own=None, prerequisites=(), dependents=()) -> SkipEvidence:
    return SkipEvidence("ana", "course", own or point(), list(prerequisites), list(dependents))


KNOWN = point("a", 0.9, 0.1, 3)
UNKNOWN = point("a", 0.2, 0.1, 3)


def test_one_point_mastered_beyond_it_by_hand():
    # level 0.9 ± 0.05 is worth 0.09 / 0.0025 − 1 = 35 answers: P(≥ 0.6) of Beta(31.5, 3.5) is held at 0.99
    assert compute_chance_above(beyond("c", 1).state, 0.6) == 0.99 < beta.sf(0.6, 31.5, 3.5)
    found = estimate_chance_known(evidence(prerequisites=[KNOWN], dependents=[beyond("c", 1)]), RULES)
    # odds 3/7 · 1 / (1 − 0.7 · 0.99) = 1.3960
    assert found == pytest.approx(1.3960 / 2.3960, abs=1e-4)
    two_hops = estimate_chance_known(
        evidence(prerequisites=[KNOWN], dependents=[beyond("c", 2, confidence=0.5)]), RULES
    )
    # 3/7 · 1 / (1 − 0.7 · 0.95 · 0.5 · 0.99) = 0.63886
    assert two_hops == pytest.approx(0.63886 / 1.63886, abs=1e-4)


def test_a_second_witness_counts_less_than_the_first():
    first, second = beyond("c", 1), beyond("d", 1)
    rules = replace(RULES, prior_met=0.5)
    one, two = (estimate_chance_known(evidence(dependents=each), rules) for each in ([first], [first, second]))
    # odds 1 / 0.307 = 3.2573 and 3.2573 · 3.2573^¼ = 4.3760
    assert one == pytest.approx(3.2573 / 4.2573, abs=1e-4) and two == pytest.approx(4.3760 / 5.3760, abs=1e-4)


def test_without_a_record_the_prerequisites_tell():
    assert judge_skip(evidence(prerequisites=[KNOWN])).own == RULES.prior_met
    assert judge_skip(evidence(prerequisites=[KNOWN, UNKNOWN])).own == RULES.prior_unmet


def test_mastered_and_out_of_the_way_may_be_skipped():
    done = judge_skip(evidence(point(level=0.85, sd=0.1, attempts=4)))
    assert done.verdict == "skip"
    aside = judge_skip(evidence(point(on_path=False)))
    assert aside.verdict == "skip"


def test_met_and_surely_known_may_be_skipped_but_a_goal_may_not():
    met = point(level=0.75, sd=0.1, attempts=8)
    judged = judge_skip(evidence(met, [KNOWN], [beyond("c", 1)]))
    assert judged.verdict == "skip" and judged.chance > 0.9
    assert judge_skip(evidence(replace(met, goal_level=0.9), [KNOWN], [beyond("c", 1)])).verdict == "learn"


def test_what_is_likely_known_but_gates_is_tested_first():
    closed = beyond("e", 1, level=0.1)
    judged = judge_skip(evidence(prerequisites=[KNOWN], dependents=[beyond("c", 1), closed]))
    assert judged.verdict == "test_first"


def test_what_nothing_shows_is_learnt():
    judged = judge_skip(
        evidence(prerequisites=[UNKNOWN], dependents=[beyond("c", 1, level=0.1), beyond("d", 1, level=0.1)])
    )
    assert judged.verdict == "learn"
    failed = point(level=0.1, sd=0.05, attempts=12)
    assert judge_skip(evidence(failed, [KNOWN], [beyond("c", 1)])).verdict == "learn", "its own answers weigh more"


@given(
    st.lists(st.tuples(st.integers(1, 4), st.floats(0, 1), st.floats(0, 1)), max_size=6),
    st.one_of(st.none(), st.tuples(st.floats(0, 1), st.floats(0, 0.5))),
)
def test_more_evidence_never_lowers_the_chance_and_never_opens_a_gate(beyonds, own):
    here = point() if own is None else point(level=own[0], sd=own[1], attempts=1)
    dependents = [beyond(f"d{n}", hops, level, share) for n, (hops, level, share) in enumerate(beyonds)]
    chances = [
        estimate_chance_known(evidence(here, dependents=dependents[:n]), RULES) for n in range(len(dependents) + 1)
    ]
    assert all(0 < one <= other + 1e-9 < 1.001 for one, other in pairwise(chances))
    if here.level < here.met_at:
        assert judge_skip(evidence(here, dependents=dependents)).verdict != "skip"


def test_what_would_be_missed_is_what_nothing_mastered_builds_on():
    # b → c → d → f (mastered), b → e
    c, d = beyond("c", 1, level=0.1), beyond("d", 2, level=0.1, builds_on=["c"])
    f, e = beyond("f", 3, builds_on=["d"]), beyond("e", 1, level=0.1)
    found = evidence(dependents=[c, e, d, f])
    assert [each.state.id for each in found.affected_dependents] == ["e"] and found.mastered_dependents == [f]
