"""The diagnostic's belief: brute force over all unknowns against assumed-density filtering, and what evidence does.

The field before the first answer, by hand and as properties.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from models.assessment.placement import (
    AnswerCurve,
    GaussianFieldSettings,
    Placement,
    QuestionBank,
    build_gaussian_field,
    compute_correlations,
)
from tests.models.courses import any_course, few, little_course, make_course, random_course

PLAIN = GaussianFieldSettings(start=1.0, decline=4.0, general_sd=2.0, graph_sd=1.0, point_sd=0.5, stiffness=1.0)


def test_two_points_by_hand():
    course = make_course(2, [(0, 1)], [[(0, 1.0)]])
    field = build_gaussian_field(course, np.arange(2), PLAIN)
    assert field.mean.tolist() == [1.0, -3.0]
    # (I + L)⁻¹ = [[2, −1], [−1, 2]]⁻¹ = [[2, 1], [1, 2]] / 3, correlation ½: 4 + 1 + ¼ and 4 + ½
    assert field.covariance == pytest.approx(np.array([[5.25, 4.5], [4.5, 5.25]]))


def test_what_is_nearer_in_the_graph_goes_together_more():
    course = make_course(5, [(0, 1), (1, 2), (2, 3)], [[(0, 1.0)]])
    related = compute_correlations(course, np.arange(5), 0.3)
    assert related[0, 1] > related[0, 2] > related[0, 3] > related[0, 4]
    assert related[0, 4] == pytest.approx(0)
    weak = make_course(5, [(0, 1), (1, 2), (2, 3)], [[(0, 1.0)]], [(0, 4, 0.3)])
    assert 0 < compute_correlations(weak, np.arange(5), 0.3)[0, 4] < compute_correlations(weak, np.arange(5), 0.3)[0, 1]


@few
@given(any_course())
def test_a_covariance_whatever_the_course(course):
    field = build_gaussian_field(course, np.arange(course.points), PLAIN)
    assert field.covariance == pytest.approx(field.covariance.T)
    assert np.linalg.eigvalsh(field.covariance.astype(float)).min() > 0.2
    assert np.diagonal(field.covariance) == pytest.approx(np.full(course.points, 5.25), rel=1e-5)
    assert (np.diff(field.mean[course.order][np.argsort(course.depth[course.order], kind="stable")]) <= 1e-6).all()


def test_part_of_a_course_keeps_its_depths():
    course = little_course()
    whole, part = build_gaussian_field(course, np.arange(4)), build_gaussian_field(course, np.array([2, 1]))
    assert part.points.tolist() == [1, 2]
    assert (part.mean == whole.mean[[1, 2]]).all()


def test_no_points_and_no_edges():
    course = make_course(2, [], [[(0, 1.0)]])
    assert build_gaussian_field(course, np.zeros(0, dtype=int)).covariance.shape == (0, 0)
    alone = build_gaussian_field(course, np.arange(2), replace(PLAIN, general_sd=0.0))
    assert alone.covariance == pytest.approx(np.eye(2) * 1.25)


SETTINGS = GaussianFieldSettings(start=1.0, decline=3.0, general_sd=1.2, graph_sd=1.0, point_sd=0.4, stiffness=0.5)


def questions(points, difficulty=None, each=1) -> QuestionBank:
    at = np.repeat(np.arange(points), each)[:, None]
    one = np.ones(len(at), dtype=np.float32)
    hard = one * 0 if difficulty is None else np.array(difficulty, dtype=np.float32)
    return QuestionBank(at, one[:, None], one, hard, one * 0.1)


def chain(points=3, settings=SETTINGS, **parts) -> Placement:
    course = make_course(points, [(k, k + 1) for k in range(points - 1)], [[(0, 1.0)]])
    return Placement(build_gaussian_field(course, np.arange(points), settings), questions(points, **parts))


def told(placement, answers):
    belief = placement.start()
    for item, right in answers:
        belief = placement.update(belief, np.array([item]), np.array([right]))
    return belief


def brute_force(placement, answers, nodes=33):
    """Levels, their spreads and the evidence by summing over a grid of all x and θ."""
    quiz, curve, n = placement.questions, placement.curve, len(placement.field.points)
    covariance = np.zeros((n + 1, n + 1))
    covariance[:n, :n], covariance[n, n] = placement.field.covariance, curve.ability**2
    mean = np.append(placement.field.mean, 0.0)
    axes = [m + s * np.linspace(-4, 4, nodes) for m, s in zip(mean, np.sqrt(np.diagonal(covariance)), strict=True)]
    grid = np.stack([part.ravel() for part in np.meshgrid(*axes, indexing="ij")], axis=1)
    log = -0.5 * np.einsum("gi,ij,gj->g", grid - mean, np.linalg.inv(covariance), grid - mean)
    weight = np.exp(log) / np.exp(log).sum()
    for item, right in answers:
        f = grid[:, :n][:, quiz.points[item]] @ quiz.weight[item]
        z = quiz.discrimination[item] * (curve.slope * (expit(f) - 0.5) + grid[:, n] - quiz.difficulty[item])
        chance = quiz.guessing[item] + (1 - quiz.guessing[item] - curve.slip) * expit(z)
        weight = weight * (chance if right else 1 - chance)
    level, total = expit(grid[:, :n]), weight.sum()
    first = weight @ level / total
    return first, np.sqrt(weight @ level**2 / total - first**2), np.log(total)


@pytest.mark.parametrize("right", [True, False])
def test_one_answer_on_one_point_is_exact(right):
    placement = chain(1, difficulty=[0.4])
    belief = told(placement, [(0, right)])
    level, _, evidence = brute_force(placement, [(0, right)], nodes=401)
    assert belief.evidence[0] == pytest.approx(evidence, abs=1e-3)
    assert placement.estimate(belief).level[0] == pytest.approx(level, abs=0.01)


ANSWERS = [
    [(2, True)],
    [(0, False), (2, True)],
    [(0, True), (1, True), (2, False), (1, True)],
    [(1, False), (1, False), (0, False), (2, False), (0, True)],
]


@pytest.mark.parametrize("answers", ANSWERS)
def test_several_answers_on_three_points_are_nearly_exact(answers):
    placement = chain()
    found, belief = placement.estimate(told(placement, answers)), told(placement, answers)
    level, spread, evidence = brute_force(placement, answers)
    assert found.level[0] == pytest.approx(level, abs=0.03)
    assert found.sd[0] == pytest.approx(spread, abs=0.03)
    assert belief.evidence[0] == pytest.approx(evidence, abs=0.03)


def test_a_question_on_two_points_speaks_for_both():
    placement = chain()
    both = QuestionBank(
        np.array([[0, 2]]), np.array([[0.5, 0.5]], dtype=np.float32), *[np.ones(1, dtype=np.float32)] * 3
    )
    placement = replace(placement, questions=replace(both, guessing=np.zeros(1, dtype=np.float32)))
    level, _, _ = brute_force(placement, [(0, True)])
    assert placement.estimate(told(placement, [(0, True)])).level[0] == pytest.approx(level, abs=0.03)


def test_the_kept_directions_say_what_a_whole_covariance_would():
    placement = chain(5)
    belief = told(placement, [(4, True), (1, False), (2, True)])
    whole = np.zeros((6, 6))
    whole[:5, :5], whole[5, 5] = placement.field.covariance, placement.curve.ability**2
    for scale, direction in zip(belief.scale[0], belief.directions[0], strict=True):
        whole += scale * np.outer(direction, direction)
    assert placement.variance(belief)[0] == pytest.approx(np.diagonal(whole)[:5], rel=1e-4)
    assert np.linalg.eigvalsh(whole).min() > 0


def test_answers_reach_what_they_rest_on_and_what_rests_on_them():
    """0 → 1 → 2, and 3 → 4 apart from them."""
    course = make_course(5, [(0, 1), (1, 2), (3, 4)], [[(0, 1.0)]])
    placement = Placement(
        build_gaussian_field(course, np.arange(5), replace(SETTINGS, start=0.0, decline=0.0)), questions(5)
    )
    before = placement.estimate(placement.start()).level[0]
    up = placement.estimate(told(placement, [(2, True)])).level[0] - before
    assert up[2] > up[1] > up[0] > up[3] > 0
    down = placement.estimate(told(placement, [(0, False)])).level[0] - before
    assert down[0] < down[1] < down[2] < down[4] < 0


@few
@given(st.lists(st.tuples(st.integers(0, 19), st.booleans()), max_size=60), st.integers(0, 5))
def test_any_answers_leave_sound_estimates(answers, seed):
    course = random_course(seed)
    placement = Placement(build_gaussian_field(course, np.arange(20)), questions(20))
    belief = told(placement, answers)
    found = placement.estimate(belief)
    assert ((found.level > 0) & (found.level < 1)).all()
    assert ((found.sd > 0) & (found.sd <= 0.5)).all()
    assert np.isfinite(belief.evidence).all()
    gains = placement.gains(belief, np.ones(20, dtype=np.float32), np.ones(20, dtype=bool))
    assert np.isfinite(gains).all()
    assert (gains >= 0).all()


def test_many_learners_at_once_are_the_same_as_one_by_one():
    course = random_course(1)
    placement = Placement(build_gaussian_field(course, np.arange(20)), questions(20))
    asked, right = np.array([[3, 7], [7, 0], [19, 19]]), np.array([[True, False], [True, True], [False, False]])
    many = placement.start(2)
    for turn in range(3):
        many = placement.update(many, asked[turn], right[turn])
    for learner in range(2):
        one = told(placement, zip(asked[:, learner], right[:, learner], strict=True))
        assert placement.estimate(many).level[learner] == pytest.approx(placement.estimate(one).level[0], abs=1e-4)


@pytest.mark.parametrize("before", [[], [(3, True), (9, False)], [(0, True), (5, False), (12, True), (19, False)]])
def test_gains_are_near_what_asking_would_bring(before):
    """Each question asked with both outcomes; the best by `gains` must be worth almost what the best is."""
    course = random_course(2)
    hard = np.random.default_rng(0).normal(0, 0.8, 20)
    placement = Placement(build_gaussian_field(course, np.arange(20), SETTINGS), questions(20, hard), AnswerCurve())
    belief, wanted = told(placement, before), np.linspace(0, 1, 20, dtype=np.float32)
    now = placement.estimate(belief).sd[0] ** 2 @ wanted
    fall = np.zeros(20)
    for item in range(20):
        for right in (True, False):
            after = placement.update(belief, np.array([item]), np.array([right]))
            probability = np.exp(after.evidence[0] - belief.evidence[0])
            fall[item] += probability * (now - placement.estimate(after).sd[0] ** 2 @ wanted)
    gains = placement.gains(belief, wanted, np.ones(20, dtype=bool))
    assert fall[gains.argmax()] > 0.9 * fall.max()
    assert np.corrcoef(gains, fall)[0, 1] > 0.95


def test_only_what_is_allowed_gains():
    placement, some = chain(), np.array([False, True, False])
    gains = placement.gains(placement.start(), np.ones(3, dtype=np.float32), some)
    assert (gains > 0).tolist() == some.tolist()
    assert not placement.gains(placement.start(), np.ones(3, dtype=np.float32), ~np.ones(3, dtype=bool)).any()
