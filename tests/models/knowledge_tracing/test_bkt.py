"""EM against sums over all hidden paths, and against the parameters that made the data.

BKT online: by hand, against the answer-by-answer replay, and on odd logs.
"""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.knowledge_tracing.answer_log import AnswerLog, LearnerSkillPairs, build_answer_log, pack_learner_skill_pairs
from models.knowledge_tracing.base import ModelState, Question, align_log
from models.knowledge_tracing.base import replay_log as answer_by_answer
from models.knowledge_tracing.bkt import (
    BKT,
    MIN_GAP,
    BKTParameters,
    BKTSettings,
    ForgettingBKT,
    compute_expected_counts,
    compute_likelihood_ratios,
    compute_retention,
    fit_bkt,
    run_forward,
)
from tests.models.courses import few
from tests.models.knowledge_tracing.logs import NO_CLOCK, chain_log, odd_logs, random_log

MODELS = [BKT, ForgettingBKT]
ODD = odd_logs()


def model(kind=BKT, forget=0.0, clock=False):
    fitted = BKTParameters(
        *(np.array(pair) for pair in ([0.4, 0.7], [0.2, 0.1], [0.25, 0.2], [0.1, 0.3], [forget, forget]))
    )
    return kind(("a", "b"), (), fitted, 0.6, clock)


def question(points, importance=None, days=None):
    points = np.array([points])
    weight = (points >= 0) if importance is None else [importance]
    since = np.zeros(points.shape) if days is None else [days]
    return Question(points, np.array(weight, np.float32), np.array([-1]), np.array(since, np.float32))


def memory(*levels):
    points = np.log(np.array(levels) / (1 - np.array(levels)))
    return ModelState(np.zeros((1, 0), np.float32), points.astype(np.float32)[None, :, None])


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
    one, before = model(kind, 0.1 * kind.has_forgetting), memory(0.4, 0.7)
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
    assert one.clock == (clock and kind.has_forgetting)
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
    one = model(kind, 0.05 * kind.has_forgetting)
    start = one.start()
    mind = ModelState(start.learner, start.points[:, :1])
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
    one = kind.fit(build_answer_log([]))
    assert one.start().points.shape == (1, 0, 1)
    assert len(one.replay(build_answer_log([]))) == 0


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
    log = build_answer_log([("x", ["s3"], None, True, NO_CLOCK), ("x", ["other"], None, True, NO_CLOCK)])
    chance, start = one.replay(align_log(log, one)), one.start()
    assert chance[:1] == pytest.approx(one.predict(ModelState(start.learner, start.points[:, 3:4]), question([3])))
    assert chance[1] == pytest.approx(one.overall)


PLAIN = np.array([[0.3, 0.2, 0.2, 0.1, 0.0], [0.6, 0.05, 0.3, 0.2, 0.0]])
FORGETTING = np.array([[0.3, 0.3, 0.2, 0.1, 0.15], [0.6, 0.2, 0.15, 0.1, 0.05]])


def some_skills(size: int, forget: bool) -> BKTParameters:
    draw = np.random.default_rng(3)
    values = [draw.uniform(0.1, 0.9, size), *(draw.uniform(0.1, 0.4, size) for _ in range(4))]
    return BKTParameters(*values) if forget else BKTParameters(*values[:4], np.zeros(size))


def paths(
    pairs: LearnerSkillPairs, pair: int, now: BKTParameters, gap: np.ndarray
) -> list[tuple[float, list[tuple[bool, bool, bool]]]]:
    """Weight of every course of events of one pair: at each answer (known; then learned; then lost)."""
    entries = [step.start + pair for step in pairs.steps if pair < step.stop - step.start]
    prior, learn, guess, slip, forget = (float(part[pairs.skill[pair]]) for part in now)
    found = []
    for events in product(product((False, True), repeat=3), repeat=len(entries)):
        weight, known_now = prior if events[0][0] else 1 - prior, events[0][0]
        for number, (entry, (known, learned, lost)) in enumerate(zip(entries, events, strict=True)):
            if known != known_now or (known and learned):
                weight = 0.0
                break
            right = 1 - slip if known else guess
            weight *= right if pairs.right[entry] else 1 - right
            if number == len(entries) - 1:
                weight *= not learned and not lost
                break
            kept = np.exp(-forget * gap[entries[number + 1]])
            after = known or learned
            if (lost and not after) or weight == 0:
                weight = 0.0
                break
            weight *= (1.0 if known else learn if learned else 1 - learn) * (
                (1 - kept if lost else kept) if after else 1
            )
            known_now = after and not lost
        if weight:
            found.append((weight, list(events)))
    return found


@pytest.mark.parametrize("forget", [False, True])
def test_expected_counts_are_the_sums_over_all_hidden_paths(forget):
    draw = np.random.default_rng(1)
    rows = [
        (f"l{learner}", [f"s{skill}"], None, bool(draw.random() < 0.5), float(day))
        for learner in range(3)
        for skill in range(2)
        for day in np.cumsum(draw.exponential(3, draw.integers(1, 5)))
    ]
    pairs, now = pack_learner_skill_pairs(build_answer_log(rows)), some_skills(2, forget)
    gap = pairs.days if forget else np.zeros(len(pairs.row))
    happened, could = np.zeros((5, 2)), np.zeros((5, 2))
    for pair, skill in enumerate(pairs.skill):
        found = paths(pairs, pair, now, gap)
        total = sum(weight for weight, _ in found)
        entries = [step.start + pair for step in pairs.steps if pair < step.stop - step.start]
        for weight, events in found:
            share = weight / total
            happened[0, skill] += share * events[0][0]
            could[0, skill] += share
            for number, (entry, (known, learned, lost)) in enumerate(zip(entries, events, strict=True)):
                happened[2 + known, skill] += share * (pairs.right[entry] != known)
                could[2 + known, skill] += share
                if number < len(entries) - 1:
                    happened[1, skill] += share * learned
                    could[1, skill] += share * (not known)
                    since, rate = gap[entries[number + 1]], now.forget[skill]
                    happened[4, skill] += share * lost
                    if lost:
                        could[4, skill] += share * (1 / rate - since / np.expm1(rate * since))
                    elif known or learned:
                        could[4, skill] += share * since
    counts = compute_expected_counts(pairs, now, gap if forget else None)
    for number in range(5 if forget else 4):
        assert counts[number].happened == pytest.approx(happened[number], rel=1e-6)
        assert counts[number].possible == pytest.approx(could[number], rel=1e-6)


def log_likelihood(pairs: LearnerSkillPairs, now: BKTParameters, gap: np.ndarray | None) -> float:
    odds = run_forward(pairs, now, compute_likelihood_ratios(pairs, now), compute_retention(pairs, now, gap))
    level, skill = odds / (1 + odds), pairs.skill[pairs.pair]
    chance = level * (1 - now.slip[skill]) + (1 - level) * now.guess[skill]
    return float(np.log(np.where(pairs.right, chance, 1 - chance)).sum())


@pytest.mark.parametrize("forget", [False, True])
def test_the_likelihood_never_falls(forget):
    pairs = pack_learner_skill_pairs(random_log(2, learners=60, clock=True))
    gap = pairs.days if forget else None
    scores = [
        log_likelihood(pairs, fit_bkt(pairs, 5, gap, BKTSettings(strength=0.0, max_passes=passes, tolerance=0)), gap)
        for passes in range(1, 25)
    ]
    assert np.diff(scores).min() > -1e-6
    assert scores[-1] > scores[0] + 1


def fitted(log: AnswerLog, gap: np.ndarray | None) -> np.ndarray:
    return np.array(
        fit_bkt(pack_learner_skill_pairs(log), len(log.skills), gap, BKTSettings(max_passes=300, tolerance=1e-4))
    ).T


def test_the_parameters_that_made_the_log_are_found():
    assert fitted(chain_log(PLAIN, learners=4000, answers=10), None) == pytest.approx(PLAIN, abs=0.05)


def test_forgetting_by_answers_is_found():
    log = chain_log(FORGETTING, learners=4000, answers=12)
    assert fitted(log, np.ones(len(log.right))) == pytest.approx(FORGETTING, abs=0.06)


def test_forgetting_by_days_is_found():
    log = chain_log(FORGETTING, learners=4000, answers=12, days=2.0)
    assert fitted(log, pack_learner_skill_pairs(log).days) == pytest.approx(FORGETTING, abs=0.06)


def test_guess_and_slip_leave_a_gap_even_where_learners_get_worse():
    rows = [(str(i), ["a"], None, t < 3, 0.0) for i in range(200) for t in range(6)]
    now = fit_bkt(pack_learner_skill_pairs(build_answer_log(rows)), 1, None, BKTSettings())
    assert now.guess[0] + now.slip[0] <= 1 - MIN_GAP + 1e-9
