"""Simulated learners: one answer by hand, and what must hold of all of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.simulation.learners import ADVANCED_EFFECTS, BEGINNER_EFFECTS, Population, SimulatedLearners
from tests.models.courses import any_course, few, little_course, make_course, random_course

WORKED = {"guess": 0.15, "slip": 0.06, "slope": 5.0, "rate": 1.3, "wrong_share": 0.5}
"""What the numbers worked by hand assume."""


def learners(course, size=1, seed=0, **population) -> SimulatedLearners:
    return SimulatedLearners(course, Population(**WORKED | population), size, np.random.default_rng(seed))


def test_the_answer_curve_by_hand():
    one = learners(little_course())
    # 0.15 + (1 − 0.15 − 0.06) σ(5 (k̄ − ½) + 0.6 θ − d): σ(0) = 0.5, σ(2.5) = 0.924142, σ(0.6 − 1) = 0.401312
    assert one.chance(np.array([0.5, 1.0]), np.array([0, 0]), np.float32(0)) == pytest.approx([0.545, 0.880072])
    one.ability[0] = 1
    assert one.chance(np.array([0.5]), np.array([0]), np.float32(1)) == pytest.approx([0.467037], abs=1e-5)


def test_learning_from_one_right_answer_by_hand():
    course = make_course(1, [], [[(0, 1.0)]])
    one = learners(course, answers_per_day=np.inf, guess=1.0, slip=0.0)
    one.knowledge[:] = one.peak[:] = 0.4
    assert one.answer(np.array([0])).tolist() == [True]
    # chance 1: fit exp(−½ (0.35 / 0.3)²) = 0.506336; a lesson at 0.4: 1.3 − 0.8 · 0.4 = 0.98
    # gain 1.3 · 0.35 · 0.506336 · 0.98 · 0.6 = 0.135466
    assert one.knowledge[0] == pytest.approx([0.535466], abs=1e-5)
    assert one.peak[0] == pytest.approx([0.535466], abs=1e-5)


def test_a_wrong_answer_teaches_half_as_much():
    course = make_course(1, [], [[(0, 1.0)]])
    one = learners(course, answers_per_day=np.inf, guess=0.0, slip=1.0)
    one.knowledge[:] = 0.4
    assert one.answer(np.array([0])).tolist() == [False]
    # chance 0: fit exp(−½ (0.65 / 0.3)²) = 0.095624; 1.3 · 0.35 · 0.095624 · 0.98 · 0.6 · ½ = 0.012792
    assert one.knowledge[0] == pytest.approx([0.412792], abs=1e-5)


def test_what_rests_on_an_unknown_prerequisite_is_learnt_slowly():
    course = make_course(3, [(0, 2), (1, 2)], [[(2, 1.0)]])
    gains = []
    for least in (0.0, 0.3, 0.6, 1.0):
        one = learners(course, answers_per_day=np.inf, guess=1.0, slip=0.0)
        one.knowledge[0] = [1.0, least, 0.2]
        one.answer(np.array([0]))
        gains.append(one.knowledge[0, 2] - 0.2)
    assert gains[0] == 0
    assert gains[1] == pytest.approx(gains[2] / 2, rel=1e-4)
    assert gains[2] == gains[3]


def test_forgetting_by_hand_and_what_is_retained_for_ever():
    one = learners(little_course(), retained=0.5)
    one.knowledge[:], one.peak[:], one.forgetting[:] = 0.8, 0.8, 0.1
    one.forget(5.0)
    # 0.4 + 0.4 exp(−0.5) = 0.642612
    assert one.knowledge[0] == pytest.approx([0.642612] * 4, abs=1e-5)
    one.forget(1e6)
    assert one.knowledge[0] == pytest.approx([0.4] * 4)


def test_beginners_gain_from_lessons_and_the_advanced_from_practice():
    course = make_course(1, [], [[(0, 1.0)], [(0, 1.0)]])
    course.kind[:] = [0, 1]
    gain = np.zeros((2, 2))
    for row, level in enumerate((0.1, 0.8)):
        for resource in (0, 1):
            one = learners(course, answers_per_day=np.inf, guess=1.0, slip=0.0)
            one.knowledge[:] = level
            one.answer(np.array([resource]))
            gain[row, resource] = one.knowledge[0, 0] - level
    assert gain[0, 0] > gain[0, 1]
    assert gain[1, 0] < gain[1, 1]


@few
@given(any_course(), st.integers(0, 1000))
def test_knowledge_stays_in_the_unit_interval_and_above_what_is_retained(course, seed):
    group = learners(course, 5, seed, rate=5.0)
    group.renew(np.arange(5))
    draw = np.random.default_rng(seed)
    for _ in range(20):
        group.answer(draw.integers(0, course.resources, 5))
        assert ((group.knowledge >= 0) & (group.knowledge <= 1)).all()
        assert (group.knowledge <= group.peak + 1e-6).all()
        assert (group.knowledge >= 0.5 * group.peak - 1e-6).all()


def test_new_learners_differ_and_know_the_early_points_better():
    course = random_course(0)
    group = learners(course, 2000)
    group.renew(np.arange(2000))
    assert group.ability.std() == pytest.approx(1, abs=0.05)
    mean = group.knowledge.mean(axis=0)
    assert mean[course.depth == 0].mean() > 2 * mean[course.depth == course.depth.max()].mean()


def test_renewing_some_leaves_the_others():
    group = learners(little_course(), 3)
    group.renew(np.arange(3))
    before = group.knowledge.copy()
    group.renew(np.array([1]))
    assert (group.knowledge[[0, 2]] == before[[0, 2]]).all()
    assert (group.knowledge[1] != before[1]).any()


def test_an_examination_counts_right_answers():
    group = learners(little_course(), 4000)
    group.knowledge[:] = 0.5
    right = group.examine(np.arange(4000), 2)
    assert set(np.unique(right)) == {0, 1, 2}
    assert right.mean() == pytest.approx(2 * 0.545, abs=0.02)


def answered_as_ever(group: SimulatedLearners, resources: np.ndarray) -> np.ndarray:
    """The learning of a well-behaved learner, straight from the module's equations."""
    course, mean, rows = group.course, group.population, np.arange(len(resources))
    points, importance = course.taught[resources], course.importance[resources]
    known = group.knowledge[rows[:, None], points]
    average = (known * importance).sum(axis=1) / importance.sum(axis=1)
    chance = group.chance(average, rows, course.difficulty[resources])
    right = group.generator.random(len(resources)) < chance
    stage = (
        BEGINNER_EFFECTS[course.kind[resources]] * (1 - average) + ADVANCED_EFFECTS[course.kind[resources]] * average
    )
    fit = np.exp(-0.5 * ((chance - 0.65) / mean.fit_width) ** 2)
    pace = mean.rate * course.rates.gain_right * group.speed * fit * stage * np.where(right, 1, mean.wrong_share)
    for row, who in enumerate(points):
        ready = [min([1, *(group.knowledge[row, course.before[k].indices] / 0.6)]) for k in who]
        gain = np.minimum(pace[row] * importance[row] * ready, 0.95) * (1 - known[row])
        np.add.at(group.knowledge[row], who, gain)
    group.knowledge = np.minimum(group.knowledge, 1)
    group.peak = np.maximum(group.peak, group.knowledge)
    group.forget(np.full(len(resources), 1 / mean.answers_per_day, dtype=np.float32))
    return right


def test_without_carelessness_and_gaming_nothing_has_changed():
    course, draw = random_course(0), np.random.default_rng(1)
    new, old = (SimulatedLearners(course, Population(), 30, np.random.default_rng(2)) for _ in range(2))
    for group in (new, old):
        group.renew(np.arange(30))
    for _ in range(20):
        resources = draw.integers(0, course.resources, 30)
        assert (new.answer(resources) == answered_as_ever(old, resources)).all()
        assert new.knowledge == pytest.approx(old.knowledge, abs=1e-5)
    assert new.generator.random() == old.generator.random(), "not one draw more"


def test_who_answers_at_random_is_right_by_guessing_and_learns_nothing():
    course = make_course(1, [], [[(0, 1.0)]])
    group = learners(course, 4000, answers_per_day=np.inf, careless=1.0)
    group.knowledge[:] = group.peak[:] = 0.9
    assert group.answer(np.zeros(4000, dtype=int)).mean() == pytest.approx(0.15, abs=0.02)
    assert (group.knowledge == np.float32(0.9)).all()
    assert group.examine(np.arange(4000), 2).mean() == pytest.approx(0.3, abs=0.03)


def test_who_games_gets_it_right_and_learns_a_fifth():
    course = make_course(1, [], [[(0, 1.0)]])
    one = learners(course, answers_per_day=np.inf, guess=0.0, slip=1.0, gaming=1.0)
    one.knowledge[:] = 0.4
    assert one.answer(np.array([0])).tolist() == [True]
    # as after the wrong answer above, 0.012792 at a share of ½: 0.005117 at a fifth
    assert one.knowledge[0] == pytest.approx([0.405117], abs=1e-5)
    many = learners(course, 4000, guess=0.0, slip=1.0, gaming=0.6)
    assert many.answer(np.zeros(4000, dtype=int)).mean() == pytest.approx(0.6, abs=0.02)


@pytest.mark.parametrize("odd", [{}, {"careless": 0.3}, {"gaming": 0.6}, {"careless": 0.3, "gaming": 0.6}])
def test_the_outcomes_add_up_and_are_what_happens(odd):
    course = make_course(1, [], [[(0, 1.0)]])
    group = learners(course, 20_000, answers_per_day=np.inf, **odd)
    group.knowledge[:] = 0.4
    who, resources = np.arange(20_000), np.zeros((20_000, 1), dtype=int)
    chance, pace = group.outlook(group.knowledge, who, resources)
    outcomes = group.outcomes(chance)
    assert sum(share for share, _, _ in outcomes) == pytest.approx(1)
    expected = sum(p * group.growth(group.knowledge, resources, pace * share)[..., 0] for p, _, share in outcomes)
    right = group.answer(resources[:, 0])
    assert right.mean() == pytest.approx(sum(p.mean() for p, well, _ in outcomes if well), abs=0.015)
    assert (group.knowledge - 0.4).mean() == pytest.approx(expected.mean(), rel=0.03)
