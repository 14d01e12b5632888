"""The judgement by hand: each verdict, what each piece of evidence weighs, and what no evidence can do."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from models.assessment.skipping import (
    DependentEvidence,
    PointEvidence,
    SkipRules,
    compute_chance_above,
    estimate_chance_known,
    judge_skip,
)

RULES = SkipRules()
MET_AT = 0.6


def beyond(hops, level=0.9, confidence=1.0) -> DependentEvidence:
    return DependentEvidence(level, 0.05, MET_AT, hops, confidence)


def evidence(level=0.0, sd=None, dependents=(), **more) -> PointEvidence:
    return PointEvidence(level, sd, MET_AT, dependents=tuple(dependents), **more)


def test_one_point_mastered_beyond_it_by_hand():
    # level 0.9 ± 0.05 is worth 0.09 / 0.0025 − 1 = 35 answers: P(≥ 0.6) of Beta(31.5, 3.5) is held at 0.99
    assert compute_chance_above(0.9, 0.05, 0.6) == 0.99 < beta.sf(0.6, 31.5, 3.5)
    found = estimate_chance_known(evidence(dependents=[beyond(1)]), RULES)
    # odds 3/7 · 1 / (1 − 0.7 · 0.99) = 1.3960
    assert found == pytest.approx(1.3960 / 2.3960, abs=1e-4)
    two_hops = estimate_chance_known(evidence(dependents=[beyond(2, confidence=0.5)]), RULES)
    # 3/7 · 1 / (1 − 0.7 · 0.95 · 0.5 · 0.99) = 0.63886
    assert two_hops == pytest.approx(0.63886 / 1.63886, abs=1e-4)


def test_a_second_witness_counts_less_than_the_first():
    rules = replace(RULES, prior_met=0.5)
    one, two = (estimate_chance_known(evidence(dependents=[beyond(1)] * count), rules) for count in (1, 2))
    # odds 1 / 0.307 = 3.2573 and 3.2573 · 3.2573^¼ = 4.3760
    assert one == pytest.approx(3.2573 / 4.2573, abs=1e-4) and two == pytest.approx(4.3760 / 5.3760, abs=1e-4)


def test_without_a_record_the_prerequisites_tell():
    assert judge_skip(evidence()).own == RULES.prior_met
    assert judge_skip(evidence(prerequisites_met=False)).own == RULES.prior_unmet


def test_mastered_and_out_of_the_way_may_be_skipped():
    assert judge_skip(evidence(0.85, 0.1, is_mastered=True)).verdict == "skip"
    assert judge_skip(evidence(is_on_path=False)).verdict == "skip"


def test_met_and_surely_known_may_be_skipped_but_a_goal_may_not():
    met = evidence(0.75, 0.1, [beyond(1)])
    judged = judge_skip(met)
    assert judged.verdict == "skip" and judged.chance > 0.9
    assert judge_skip(replace(met, needed=0.9)).verdict == "learn"


def test_what_is_likely_known_but_gates_is_tested_first():
    assert judge_skip(evidence(dependents=[beyond(1)])).verdict == "test_first"


def test_what_nothing_shows_is_learnt():
    assert judge_skip(evidence(prerequisites_met=False)).verdict == "learn"
    failed = evidence(0.1, 0.05, [beyond(1)])
    assert judge_skip(failed).verdict == "learn", "its own answers weigh more"


@given(
    st.lists(st.tuples(st.integers(1, 4), st.floats(0, 1), st.floats(0, 1)), max_size=6),
    st.one_of(st.just((0.0, None)), st.tuples(st.floats(0, 1), st.floats(0, 0.5))),
)
def test_more_evidence_never_lowers_the_chance_and_never_opens_a_gate(beyonds, own):
    here = evidence(*own, [beyond(*each) for each in beyonds])
    chances = [
        estimate_chance_known(replace(here, dependents=here.dependents[:n]), RULES) for n in range(len(beyonds) + 1)
    ]
    assert all(0 < one <= other + 1e-9 < 1.001 for one, other in pairwise(chances))
    if here.level < MET_AT:
        assert judge_skip(here).verdict != "skip"
