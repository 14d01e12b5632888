"""BKT online: by hand, against the answer-by-answer replay, and on odd logs."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.learners.bkt import BKT, ForgettingBKT
from models.learners.bkt_fit import Skills
from models.learners.contract import Memory, Question, aligned
from models.learners.contract import replay as answer_by_answer
from models.learners.log import log_of
from tests.models.courses import few
from tests.models.learners.logs import NO_CLOCK, chain_log, odd_logs, random_log

MODELS = [BKT, ForgettingBKT]
ODD = odd_logs()


def model(kind=BKT, forget=0.0, clock=False):
    fitted = Skills(*(np.array(pair) for pair in ([0.4, 0.7], [0.2, 0.1], [0.25, 0.2], [0.1, 0.3], [forget, forget])))
    return kind(("a", "b"), (), fitted, 0.6, clock)


def question(points, importance=None, days=None):
    points = np.array([points])
    weight = (points >= 0) if importance is None else [importance]
    since = np.zeros(points.shape) if days is None else [days]
    return Question(points, np.array(weight, np.float32), np.array([-1]), np.array(since, np.float32))


def memory(*levels):
    points = np.log(np.array(levels) / (1 - np.array(levels)))
    return Memory(np.zeros((1, 0), np.float32), points.astype(np.float32)[None, :, None])


def after(one, levels, asked, right):
    return one.mastery(one.update(memory(*levels), asked, np.array([right])), asked).level[0]


def test_one_answer_by_hand():
    one, asked = model(), question([0])
    assert one.predict(memory(0.4), asked) == pytest.approx(0.4 * 0.9 + 0.6 * 0.25)
    # right: 0.36 / 0.51 = 0.70588, + 0.29412 · 0.2;  wrong: 0.04 / 0.49 = 0.08163, + 0.91837 · 0.2
    assert after(one, [0.4], asked, True) == pytest.approx([0.764706], abs=1e-5)
    assert after(one, [0.4], asked, False) == pytest.approx([0.265306], abs=1e-5)


def test_forgetting_by_hand():
    kept = np.exp(-0.1)
    assert after(model(ForgettingBKT, 0.1), [0.4], question([0]), True) == pytest.approx([0.764706 * kept], abs=1e-5)
    later = model(ForgettingBKT, 0.1, clock=True).mastery(memory(0.4), question([0], days=[7.0]))
    assert later.level[0] == pytest.approx([0.4 * np.exp(-0.7)], abs=1e-5)


def test_an_answer_to_two_skills_is_the_mean_by_importance_and_reaches_both():
    one, asked = model(), question([0, 1, -1], [1.0, 0.5, 0.0])
    first, second = 0.4 * 0.9 + 0.6 * 0.25, 0.7 * 0.7 + 0.3 * 0.2
    assert one.predict(memory(0.4, 0.7, 0.5), asked) == pytest.approx((first + 0.5 * second) / 1.5)
    level = after(one, [0.4, 0.7, 0.5], asked, True)
    # second: odds 7/3 · √(0.7 / 0.2) = 4.36527, learned 0.05: (4.36527 + 0.05) / (5.36527)
    assert level[:2] == pytest.approx([0.764706, 0.822935], abs=1e-5)


@pytest.mark.parametrize("kind", MODELS)
def test_what_is_not_touched_stays_and_an_unknown_skill_gets_the_overall_share(kind):
    one, before = model(kind, 0.1 * kind.forgets), memory(0.4, 0.7)
    changed = one.update(before, question([0, 1], [1.0, 0.0]), np.array([True]))
    assert changed.points[0, 0] != before.points[0, 0]
    assert changed.points[0, 1] == before.points[0, 1]
    assert one.predict(before, question([-1, -1], [0.0, 0.0])) == pytest.approx(0.6)


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("clock", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_replay_is_the_answer_by_answer_one(kind, clock, seed):
    one = kind.fit(random_log(seed, clock=clock))
    log = random_log(seed + 10, learners=20, clock=clock)
    assert one.clock == (clock and kind.forgets)
    assert one.replay(log) == pytest.approx(answer_by_answer(one, log), abs=1e-5)


@few
@given(st.floats(0.01, 0.99), st.floats(0.0, 2.0), st.floats(0.05, 1.0), st.integers(0, 1))
def test_a_right_answer_never_leaves_less_than_a_wrong_one(level, forget, importance, skill):
    one, asked = model(ForgettingBKT, forget), question([skill], [importance])
    right, wrong = (after(one, [level], asked, outcome)[0] for outcome in (True, False))
    assert right > wrong
    plain = model()
    assert after(plain, [level], asked, True)[0] >= level - 1e-6


@pytest.mark.parametrize("kind", MODELS)
def test_a_long_run_stays_finite_and_can_be_undone(kind):
    one = model(kind, 0.05 * kind.forgets)
    start = one.start()
    mind = Memory(start.learner, start.points[:, :1])
    for outcome in [True] * 500 + [False] * 12:
        mind = one.update(mind, question([0]), np.array([outcome]))
    level, spread = one.mastery(mind, question([0]))
    assert 0 < level[0, 0] < 0.5
    assert 0 < spread[0, 0] <= 0.5


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("name", ODD)
def test_odd_logs_give_numbers(kind, name):
    log = ODD[name]
    one = kind.fit(log)
    assert all(np.isfinite(part).all() for part in one.parameters().values())
    assert (one.fitted.guess + one.fitted.slip < 1).all()
    chance = one.replay(log)
    assert np.isfinite(chance).all() and (chance > 0).all() and (chance < 1).all()
    assert chance == pytest.approx(answer_by_answer(one, log), abs=1e-5)
    everything = question(list(range(len(log.skills))))
    level, spread = one.mastery(one.start(), everything)
    assert ((level > 0) & (level < 1)).all() and (spread > 0).all()


@pytest.mark.parametrize("kind", MODELS)
def test_a_log_of_nothing_at_all_fits(kind):
    one = kind.fit(log_of([]))
    assert one.start().points.shape == (1, 0, 1)
    assert len(one.replay(log_of([]))) == 0


def test_a_skill_with_few_answers_stays_near_the_mean_and_is_named():
    truth = np.array([[0.3, 0.2, 0.2, 0.1, 0.0], [0.4, 0.2, 0.2, 0.1, 0.0]])
    log = chain_log(truth, learners=300, answers=6)
    skill = log.skill.copy()
    skill[[5, 11]] = 2
    one = BKT.fit(replace(log, skills=(*log.skills, "rare"), skill=skill))
    assert [note.split(": ")[1] for note in one.notes] == ["rare"]
    for part in one.fitted[:4]:
        assert min(part[:2]) - 0.08 < part[2] < max(part[:2]) + 0.08


@pytest.mark.parametrize("kind", MODELS)
def test_parameters_make_the_same_model_again(kind):
    log = random_log(4, clock=True)
    one = kind.fit(log)
    again = kind.from_parameters(one.skills, one.items, one.parameters())
    assert (again.replay(log) == one.replay(log)).all()
    assert again.clock == one.clock


def test_a_log_with_other_skills_is_read_by_name():
    one = BKT.fit(random_log(1))
    log = log_of([("x", ["s3"], None, True, NO_CLOCK), ("x", ["other"], None, True, NO_CLOCK)])
    chance, start = one.replay(aligned(log, one)), one.start()
    assert chance[:1] == pytest.approx(one.predict(Memory(start.learner, start.points[:, 3:4]), question([3])))
    assert chance[1] == pytest.approx(one.overall)
