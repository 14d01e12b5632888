"""Exploration by uncertainty: honest propensities, never outside the candidates, nothing where all is known."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.exploration import Explorer
from models.ladder import needed_first
from tests.models.courses import any_course, few, levels, observe, on_the_way, random_course


@few
@given(any_course(), st.floats(0, 1), st.integers(0, 99), st.data())
def test_what_it_takes_is_a_candidate_with_its_propensity(course, share, seed, data):
    seen = observe(course, [data.draw(levels(course.points))], [0, course.points - 1])
    if not seen.mask.any():
        return
    seen = replace(seen, spread=np.full_like(seen.level, 0.3))
    decision = Explorer(needed_first(course), share, seed).decide(seen)
    chosen = decision.chosen[0]
    assert seen.mask[0, chosen] and decision.kept[0, chosen] and decision.propensity[0, chosen] > 0
    assert decision.propensity.sum() == pytest.approx(1, abs=1e-5)
    assert (decision.propensity[~seen.mask] == 0).all()


def test_sure_estimates_leave_the_usual_choice():
    seen = on_the_way(random_course(1), learners=1)
    inner = needed_first(random_course(1))
    sure = replace(seen, spread=np.zeros_like(seen.level))
    decision = Explorer(inner, 1.0, 0).decide(sure)
    assert decision.propensity[0, inner.decide(seen).chosen[0]] == pytest.approx(1)
    assert Explorer(inner, 1.0, 0).decide(seen).propensity.max() == 1


def test_over_many_decisions_choices_come_as_often_as_their_propensities_say():
    course = random_course(1)
    many = on_the_way(course, learners=16)
    row = int(many.mask.sum(axis=1).argmax())
    seen = many.of(row)
    seen = replace(seen, spread=np.full_like(seen.level, 0.4))
    explorer = Explorer(needed_first(course), 0.5, 0)
    decisions = [explorer.decide(seen) for _ in range(600)]
    share = np.bincount([one.chosen[0] for one in decisions], minlength=seen.mask.shape[1]) / 600
    told = np.mean([one.propensity[0] for one in decisions], axis=0)
    assert share == pytest.approx(told, abs=0.06)
    assert (told > 0.02).sum() > 1
