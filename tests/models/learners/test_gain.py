"""Gain–propagation–forgetting behind the contract: the same levels as models/state.py, and odd logs."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from models import state
from models.evidence import after_answer, spread_of
from models.learners.contract import Memory, Question, replay
from models.learners.gain import START_WEIGHT, Gain
from models.learners.gain_fit import Link
from models.learners.log import log_of
from models.state import Rates
from tests.models.courses import any_course, few, little_course
from tests.models.learners.logs import NO_CLOCK, odd_logs, random_log

ODD = odd_logs()


def model(points: int, rates: Rates | None = None) -> Gain:
    names = tuple(f"p{point}" for point in range(points))
    return Gain(names, (), np.full(points, 0.3, np.float32), rates or Rates())


def asked(importance, influence=None, days=None) -> Question:
    importance = np.atleast_2d(np.array(importance, dtype=np.float32))
    points = np.tile(np.arange(importance.shape[1]), (len(importance), 1))
    since = np.zeros(importance.shape, np.float32) if days is None else np.atleast_2d(np.array(days, np.float32))
    matrix = None if influence is None else np.tile(influence.toarray(), (len(importance), 1, 1))
    return Question(points, importance, np.full(len(importance), -1), since, matrix)


def memory(level, weight=START_WEIGHT) -> Memory:
    level = np.atleast_2d(np.array(level, dtype=np.float32))
    return Memory(np.zeros((len(level), 0), np.float32), np.stack([level, np.full_like(level, weight)], axis=-1))


@few
@given(any_course(), st.data())
def test_levels_are_those_of_the_state_update(course, data):
    draw = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    level = draw.random((4, course.points), dtype=np.float32)
    importance = (draw.random(level.shape, dtype=np.float32) * (draw.random(level.shape) < 0.4)).astype(np.float32)
    right = draw.random(4) < 0.5
    rates = Rates()
    alone = model(course.points).update(memory(level), asked(importance), right).points[..., 0]
    nothing = sparse.csr_matrix(course.influence.shape, dtype=np.float32)
    assert (alone == state.update(level, importance, right[:, None], nothing, rates)[0]).all()
    question = asked(importance, course.influence)
    together = model(course.points).update(memory(level), question, right).points[..., 0]
    wanted = state.update(level, importance, right[:, None], course.influence, rates)[0]
    assert together == pytest.approx(wanted, abs=2e-7)


def test_one_answer_by_hand():
    one, question = model(4), asked([1.0, 0.6, 0, 0], little_course().influence)
    after = one.update(memory([0.5, 0.2, 0.3, 0.96]), question, np.array([True]))
    assert after.points[0, :, 0] == pytest.approx([0.675, 0.3855, 0.3168, 0.9859], abs=1e-6)
    assert after.points[0, :, 1] == pytest.approx([1.25, 0.85, 0.25, 0.25])


def test_the_spread_is_that_of_the_evidence():
    one, question, before = model(2), asked([1.0, 0.0]), memory([0.5, 0.7], 3.0)
    level, spread = one.mastery(before, question)
    after = one.mastery(one.update(before, question, np.array([False])), question)
    assert spread == pytest.approx(spread_of(level, np.float32(3)))
    assert after.spread == pytest.approx(after_answer(level, spread, question.importance, after.level), abs=1e-5)


def test_forgetting_is_read_but_what_is_not_touched_stays_as_stored():
    one, before, question = model(2), memory([0.8, 0.8]), asked([1.0, 0.0], days=[10.0, 10.0])
    left = 0.8 * np.exp(-0.8)
    assert one.mastery(before, question).level[0] == pytest.approx([left, left])
    after = one.update(before, question, np.array([True]))
    assert after.points[0, :, 0] == pytest.approx([left + 0.35 * (1 - left), 0.8])


def test_the_chance_by_hand():
    one = replace(model(2), link=Link(4.0, 0.0, 1.0), overall=0.55)
    # σ(logit 0.3) = 0.3;  σ(logit 0.3 + 4 · 0.5) = 0.76
    assert one.predict(memory([0.3, 0.8]), asked([1.0, 0.0])) == pytest.approx(0.3)
    assert one.predict(memory([0.3, 0.8]), asked([1.0, 0.5])) == pytest.approx((0.3 + 0.5 * 0.76) / 1.5, abs=1e-3)
    nowhere = replace(asked([1.0, 1.0]), points=np.array([[-1, -1]]))
    assert one.predict(memory([0.3, 0.8]), nowhere) == pytest.approx(0.55)


@pytest.mark.parametrize("clock", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_replay_is_the_answer_by_answer_one(clock, seed):
    one = Gain.fit(random_log(seed, learners=40, clock=clock))
    log = random_log(seed + 10, learners=20, clock=clock)
    assert one.notes == (() if clock else ("no gaps of days in the log: forgetting is the default one",))
    assert one.replay(log) == pytest.approx(replay(one, log), abs=1e-5)


@pytest.mark.parametrize("name", ODD)
def test_odd_logs_give_numbers(name):
    log = ODD[name]
    one = Gain.fit(log)
    assert one.rates == Rates()
    assert one.notes == ("fewer than 100 answers: the rates are the default ones",)
    chance = one.replay(log)
    assert np.isfinite(chance).all() and (chance > 0).all() and (chance < 1).all()
    assert chance == pytest.approx(replay(one, log), abs=1e-5)
    level, spread = one.mastery(one.start(), asked(np.zeros(len(log.skills))))
    assert ((level >= 0) & (level <= 1)).all() and (spread > 0).all()


@pytest.mark.parametrize("right", [True, False])
def test_a_log_of_one_outcome_keeps_rates_between_0_and_1(right):
    one = Gain.fit(log_of([(str(i % 20), ["a"], None, right, NO_CLOCK) for i in range(400)]))
    assert 0 < one.rates.gain_right < 1 and 0 < one.rates.gain_wrong < 1 and one.link.slope > 0
    assert np.isfinite(one.replay(ODD["never wrong"])).all()


def test_the_course_gives_propagation():
    log = random_log(5, learners=60)
    ring = sparse.csr_matrix(np.roll(np.eye(5, dtype=np.float32), 1, axis=1))
    one, plain = Gain.fit_course(log, ring), Gain.fit(log)
    assert plain.rates.propagation == Rates().propagation
    assert 0 <= one.rates.propagation <= 1 and one.rates.propagation != plain.rates.propagation
    assert one.rates.gain_right == plain.rates.gain_right
    assert Gain.fit_course(log, ring * 0).rates == plain.rates


def test_parameters_make_the_same_model_again():
    log = random_log(6, learners=40, clock=True)
    one = Gain.fit(log)
    again = Gain.from_parameters(one.skills, one.items, one.parameters())
    assert (again.rates, again.link, again.overall) == (one.rates, one.link, one.overall)
    assert (again.replay(log) == one.replay(log)).all()
