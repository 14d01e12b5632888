"""The fitted rates: found again in logs made with them, and left alone by few answers.

Gain–propagation–forgetting behind the contract: the same levels as models/knowledge_tracing/state.py, and odd logs.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from models.knowledge_tracing import state
from models.knowledge_tracing.answer_log import (
    AnswerLog,
    build_answer_log,
    compute_right_shares,
    pack_learner_skill_pairs,
)
from models.knowledge_tracing.base import ModelState, Question, replay_log
from models.knowledge_tracing.gain import (
    START_WEIGHT,
    Gain,
    GainSettings,
    LogisticLink,
    decode_parameters,
    encode_parameters,
    fit_gain,
    fit_propagation,
    predict_chances,
    predict_propagated_chances,
    sample_learners,
    trace_levels,
)
from models.knowledge_tracing.state import Rates, compute_sd, update_sd
from tests.models.courses import any_course, few, little_course
from tests.models.knowledge_tracing.logs import NO_CLOCK, odd_logs, random_log

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


def memory(level, weight=START_WEIGHT) -> ModelState:
    level = np.atleast_2d(np.array(level, dtype=np.float32))
    return ModelState(np.zeros((len(level), 0), np.float32), np.stack([level, np.full_like(level, weight)], axis=-1))


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
    assert (alone == state.update_levels(level, importance, right[:, None], nothing, rates)[0]).all()
    question = asked(importance, course.influence)
    together = model(course.points).update(memory(level), question, right).points[..., 0]
    wanted = state.update_levels(level, importance, right[:, None], course.influence, rates)[0]
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
    assert spread == pytest.approx(compute_sd(level, np.float32(3)))
    assert after.sd == pytest.approx(update_sd(level, spread, question.importance, after.level), abs=1e-5)


def test_forgetting_is_read_but_what_is_not_touched_stays_as_stored():
    one, before, question = model(2), memory([0.8, 0.8]), asked([1.0, 0.0], days=[10.0, 10.0])
    left = 0.8 * np.exp(-0.8)
    assert one.mastery(before, question).level[0] == pytest.approx([left, left])
    after = one.update(before, question, np.array([True]))
    assert after.points[0, :, 0] == pytest.approx([left + 0.35 * (1 - left), 0.8])


def test_the_chance_by_hand():
    one = replace(model(2), link=LogisticLink(4.0, 0.0, 1.0), overall=0.55)
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
    assert one.replay(log) == pytest.approx(replay_log(one, log), abs=1e-5)


@pytest.mark.parametrize("name", ODD)
def test_odd_logs_give_numbers(name):
    log = ODD[name]
    one = Gain.fit(log)
    assert one.rates == Rates()
    assert one.notes == ("fewer than 100 answers: the rates are the default ones",)
    chance = one.replay(log)
    assert np.isfinite(chance).all() and (chance > 0).all() and (chance < 1).all()
    assert chance == pytest.approx(replay_log(one, log), abs=1e-5)
    level, spread = one.mastery(one.start(), asked(np.zeros(len(log.skills))))
    assert ((level >= 0) & (level <= 1)).all() and (spread > 0).all()


@pytest.mark.parametrize("right", [True, False])
def test_a_log_of_one_outcome_keeps_rates_between_0_and_1(right):
    one = Gain.fit(build_answer_log([(str(i % 20), ["a"], None, right, NO_CLOCK) for i in range(400)]))
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


START = np.array([0.4, 0.6], dtype=np.float32)
LINK = LogisticLink(5.0, 0.2, 0.9)


def made_log(rates: Rates, learners: int, answers: int, days: float = 0.0, influence=None, seed: int = 0) -> AnswerLog:
    """Answers that follow the model, written out learner by learner."""
    draw, rows = np.random.default_rng(seed), []
    for learner in range(learners):
        level, last, day = START.astype(float), np.zeros(2), 0.0
        for number in range(answers):
            day += draw.exponential(days) if days else 0.0
            skill = int(draw.integers(2))
            if number and day - last[skill] >= 3 and days:
                level[skill] *= np.exp(-rates.forgetting * (day - last[skill])) if last[skill] else 1
            right = bool(draw.random() < LINK.chance(level[skill], START[skill]))
            change = rates.gain_right * (1 - level[skill]) if right else -rates.gain_wrong * level[skill]
            level[skill] += change
            if influence is not None:
                level[1 - skill] = np.clip(level[1 - skill] + rates.propagation * influence * change, 0, 1)
            last[skill] = day
            rows.append((f"l{learner}", [f"s{skill}"], None, right, day if days else float("nan")))
    return build_answer_log(rows, ("s0", "s1"))


def test_levels_by_hand():
    rows = [("x", ["a"], None, right, day) for right, day in ((True, 0.0), (False, 2.0), (True, 12.0))]
    found = trace_levels(pack_learner_skill_pairs(build_answer_log(rows)), np.array([0.4], np.float32), Rates())
    # 0.4 + 0.35 · 0.6 = 0.61; two days are too few; 0.61 − 0.25 · 0.61 = 0.4575, ten days at 0.08: e^−0.8
    assert found == pytest.approx([0.4, 0.61, 0.4575 * np.exp(-0.8)], abs=1e-6)


def test_the_rates_that_made_the_log_are_found():
    rates = Rates(gain_right=0.15, gain_wrong=0.5)
    found, link = fit_gain(made_log(rates, 600, 40), START, GainSettings(), 0)
    assert (found.gain_right, found.gain_wrong) == pytest.approx((0.15, 0.5), abs=0.06)
    assert (link.slope, link.offset, link.logit_slope) == pytest.approx(LINK, abs=0.6)
    assert (found.forgetting, found.propagation) == (Rates().forgetting, Rates().propagation)


def test_forgetting_is_found_where_there_are_days():
    found, _ = fit_gain(made_log(Rates(forgetting=0.3), 600, 30, days=2.0), START, GainSettings(), 0)
    assert found.forgetting == pytest.approx(0.3, abs=0.08)


@pytest.mark.parametrize("true", [0.02, 0.6])
def test_propagation_is_found_where_there_is_influence(true):
    rates = Rates(propagation=true)
    log = made_log(rates, 300, 40, influence=0.8)
    influence = sparse.csr_matrix(np.array([[0, 0.8], [0.8, 0]], dtype=np.float32))
    assert fit_propagation(log, START, influence, (rates, LINK), 0) == pytest.approx(true, abs=0.12)


def test_without_influence_both_ways_of_replaying_agree():
    log = random_log(3)
    start = np.clip(compute_right_shares(log), 0.01, 0.99)
    told = np.nan_to_num(predict_chances(log, start, Rates(), LINK), nan=0.5)
    none = sparse.csr_matrix((5, 5), dtype=np.float32)
    assert predict_propagated_chances(log, start, none, Rates(), LINK) == pytest.approx(told, abs=1e-5)


def test_few_answers_leave_the_default_rates():
    log = made_log(Rates(gain_right=0.9), 2, 10)
    assert fit_gain(log, START, GainSettings(), 0) == (Rates(), LogisticLink())
    some, _ = fit_gain(log, START, GainSettings(min_answers=0), 0)
    many, _ = fit_gain(made_log(Rates(gain_right=0.9), 300, 20), START, GainSettings(), 0)
    assert abs(some.gain_right - 0.35) < abs(many.gain_right - 0.35)


def test_the_free_scale_and_back():
    rates, link = decode_parameters(
        encode_parameters(Rates(gain_right=0.2, forgetting=0.5), LINK), Rates(propagation=0.3)
    )
    assert (rates.gain_right, rates.gain_wrong, rates.forgetting) == pytest.approx((0.2, 0.25, 0.5))
    assert rates.propagation == 0.3
    assert link == pytest.approx(LINK)


def test_a_long_log_is_sampled_by_learner():
    log = random_log(1, learners=30)
    some = sample_learners(log, 40, 0)
    assert 40 - log.lengths.max() <= len(some.right) <= 40
    assert set(some.learners) < set(log.learners)
    assert sample_learners(log, 10_000, 0) is log
