"""Tallies by hand, and by sorting as by updating.

PFA and Best-LR by hand, against the generic replay, and on generated answers.

The fit against conditions that only the optimum meets, and the choice of a prior.
"""

import numpy as np
import pytest
from scipy import sparse
from scipy.special import expit

from models.knowledge_tracing.answer_log import build_answer_log
from models.knowledge_tracing.base import Estimate, ModelState, Question, replay_log
from models.knowledge_tracing.logistic import (
    FADING_FACTORS,
    PFA,
    SHARED_PRIOR_STRENGTH,
    TALLY_WIDTH,
    BestLR,
    LogisticSettings,
    average_near_counts,
    compute_whitening,
    fit_weights,
    fit_with_prior,
    tally_before_answers,
    update_tallies,
)
from models.knowledge_tracing.state import compute_weight
from tests.models.knowledge_tracing.small_logs import NASTY, SKILLS, random_log, simple_log

MODELS = [PFA, BestLR]
NEW = (0,) * TALLY_WIDTH


def asked(*points, importance=None, item=-1, influence=None):
    """A question to one learner."""
    weight = np.ones(len(points)) if importance is None else np.array(importance)
    numbers = np.array([points]), weight[None].astype(np.float32), np.array([item])
    return Question(*numbers, np.zeros((1, len(points)), dtype=np.float32), influence)


def remembered(*points, learner=NEW):
    return ModelState(np.array([learner], dtype=np.float32), np.array([points], dtype=np.float32))


def pfa():
    """Skill a: −1 + 0.5 wins − 0.25 fails; b: as all, 0.5 wins; item x: +0.7."""
    fitted = {"learner": [0], "shared": [0, 0.5, 0], "skill": [[-1, 0, -0.25], [0, 0, 0]], "item": [0.7]}
    return PFA(
        ("a", "b"), ("x",), {name: np.array(value) for name, value in fitted.items()} | {"prior_answers": np.array(3.0)}
    )


def test_pfa_by_hand():
    """Three wins of five to a: −1 + 1.5 − 0.5 = 0; one of one to b: 0.5; both, a thrice as important: 0.125."""
    memory = remembered((3, 5, *[0] * 4), (1, 1, *[0] * 4))
    assert pfa().predict(memory, asked(0, 1, importance=(1, 0))) == pytest.approx(0.5)
    assert pfa().predict(memory, asked(0, 1, importance=(0, 1))) == pytest.approx(expit(0.5))
    assert pfa().predict(memory, asked(0, 1, importance=(0.9, 0.3), item=0)) == pytest.approx(expit(0.825))
    level, spread = pfa().mastery(memory, asked(0, 1))
    assert level[0] == pytest.approx([0.5, expit(0.5)])
    assert spread[0] == pytest.approx([(0.25 / 9) ** 0.5, (expit(0.5) * expit(-0.5) / 5) ** 0.5])


def test_best_lr_by_hand():
    """Two wins of three: log 3 of them, log 4 of tries; won 1.5, lost 0.5; as many in all; a neighbour with log 2."""
    fitted = {"learner": [0.1, 0.2, 0.3, 0, 0, 0.4, 0.5], "shared": [1, 2, -1, 0.5, -0.5, 0, 0, 0.3, 0], "item": []}
    fitted |= {"skill": np.zeros((2, 9)), "prior_answers": 3.0}
    model = BestLR(("a", "b"), (), {name: np.array(value) for name, value in fitted.items()})
    own, influence = (2, 3, 1.5, 0.5, 1.8, 0.9), np.array([[[0, 0], [1, 0]]], dtype=np.float32)
    memory = remembered(own, (1, 1, 1, 0, 1, 0), learner=own)
    point = 1 + 2 * np.log(3) - np.log(4) + 0.75 - 0.25
    learner = 0.1 + 0.2 * np.log(3) + 0.3 * np.log(4) + 0.4 * 1.8 + 0.5 * 0.9
    alone = model.predict(memory, asked(0, 1, importance=(1, 0)))
    beside = model.predict(memory, asked(0, 1, importance=(1, 0), influence=influence))
    assert alone == pytest.approx(expit(point + learner))
    assert beside == pytest.approx(expit(point + learner + 0.3 * np.log(2)))


def test_neighbours_weigh_by_influence():
    """Weights 3 and 1 of log 2 and log 4: (3 log 2 + 2 log 2) / 4; padding has none."""
    influence = np.array([[[0, 0, 0], [3, 0, 0], [1, 0, 0], [9, 0, 0]]], dtype=np.float32)
    influence = np.concatenate([influence, np.zeros((1, 4, 1), dtype=np.float32)], axis=2)
    tallies = remembered(NEW, (1, 1, *[0] * 4), (3, 3, *[0] * 4), NEW).points
    assert average_near_counts(tallies, asked(0, 1, 2, -1, influence=influence))[0, 0] == pytest.approx(
        [1.25 * np.log(2)] * 2
    )


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("seed", range(2))
def test_replay_is_answer_by_answer(model, seed):
    log = random_log(seed, longest=80)
    fitted = model.fit(log)
    chance = fitted.replay(log)
    assert chance.std() > 0.01
    assert chance == pytest.approx(replay_log(fitted, log), abs=1e-6)
    again = model.from_parameters(fitted.skills, fitted.items, fitted.parameters())
    assert np.array_equal(again.replay(log), chance)
    assert again.prior_answers == fitted.prior_answers


@pytest.mark.parametrize("model", MODELS)
def test_a_later_answer_changes_nothing_before(model):
    log = random_log(3)
    fitted, changed = model.fit(log), random_log(3)
    changed.right[10] = not changed.right[10]
    same = fitted.replay(log) == fitted.replay(changed)
    assert same[:11].all()
    assert not same[11:30].all()


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("log", NASTY.values(), ids=NASTY)
def test_nasty_logs(model, log):
    fitted = model.fit(log)
    chance = fitted.replay(log)
    assert ((chance > 0) & (chance < 1)).all()
    assert chance == pytest.approx(replay_log(fitted, log), abs=1e-6)
    for value in fitted.parameters().values():
        assert np.isfinite(value).all()


def drawn_log(learners=400):
    """Answers by P = σ(−1 + 0.4 wins − 0.1 fails) to a, σ(1) to b."""
    rng, rows = np.random.default_rng(0), []
    for who in range(learners):
        wins = fails = 0
        for _ in range(12):
            skill = rng.integers(2)
            right = rng.random() < expit(1 if skill else -1 + 0.4 * wins - 0.1 * fails)
            wins, fails = (wins + (right and not skill), fails + (not right and not skill))
            rows.append((str(who), ["ab"[skill]], None, bool(right), np.nan))
    return build_answer_log(rows)


def test_pfa_recovers_what_the_answers_were_drawn_from():
    memory = remembered(NEW, NEW), remembered((4, 6, *[0] * 4), (4, 6, *[0] * 4))
    fitted = PFA.fit(drawn_log())
    assert fitted.mastery(memory[0], asked(0, 1)).level[0] == pytest.approx([expit(-1), expit(1)], abs=0.04)
    assert fitted.mastery(memory[1], asked(0, 1)).level[0] == pytest.approx([expit(0.4), expit(1)], abs=0.06)


def test_right_answers_raise_mastery_and_each_is_worth_one_more():
    fitted = BestLR.fit(drawn_log())
    memory, found = fitted.start(), []
    for _ in range(5):
        found.append(fitted.mastery(memory, asked(0, 1)))
        memory = fitted.update(memory, asked(0, 1, importance=(1, 0)), np.array([True]))
    worth = np.array([compute_weight(*one)[0] for one in found])
    assert (np.diff([one.level[0, 0] for one in found]) > 0).all()
    assert np.diff(worth, axis=0) == pytest.approx(np.tile([1, 0], (4, 1)), abs=1e-3)
    assert worth[0] == pytest.approx([fitted.prior_answers] * 2, abs=1e-3)


def test_neighbours_tell_of_a_point_never_tried():
    """b is right if and only if a was; the model with W knows it."""
    log = simple_log(*["AAAB", "aaab"] * 50, skills="ab")
    influence = np.array([[0, 1], [0, 0]], dtype=np.float32)
    fitted = BestLR.fit(log, settings=LogisticSettings(influence=influence))
    question, points = asked(1, 0, importance=(1, 0), influence=influence.T[None]), [NEW, (3, 3, 1.6, 0, 2.4, 0)]
    assert (
        fitted.predict(remembered(*points), question)
        > fitted.predict(remembered(points[0], points[0]), question) + 0.05
    )


def test_unknown_points_and_items_are_answered_by_what_all_share():
    fitted = BestLR.fit(random_log(0))
    memory = ModelState(fitted.start().learner, np.zeros((1, 2, TALLY_WIDTH), dtype=np.float32))
    assert 0 < fitted.predict(memory, asked(-1, -1))[0] < 1
    assert np.isfinite(fitted.mastery(memory, asked(-1, 0)).level).all()
    assert len(fitted.start().points[0]) == len(SKILLS)


def test_padding_may_hold_anything():
    fitted = BestLR.fit(random_log(0))
    influence = np.ones((1, 2, 2), dtype=np.float32)
    padded, alone = asked(1, -1, influence=influence), asked(1, influence=influence[:, :1, :1])
    memory, odd = remembered((1, 2, 0.5, 0.5, 1, 1)), (np.nan, -7, np.nan, np.inf, 0, 0)
    beside = remembered(*memory.points[0], odd)
    assert fitted.predict(beside, padded) == pytest.approx(fitted.predict(memory, alone))
    assert fitted.mastery(beside, padded).level[:, :1] == pytest.approx(fitted.mastery(memory, alone).level)


def drawn(seed, answers, true):
    rng = np.random.default_rng(seed)
    design = rng.normal(size=(answers, len(true))) * np.geomspace(0.5, 5, len(true))
    return sparse.csr_matrix(design), rng.random(answers) < expit(design @ true)


def test_slope_is_zero_at_the_fit():
    design, right = drawn(0, 500, np.array([2.0, -0.5, 0.1]))
    strength = np.array([0.1, 1.0, 5.0])
    weights = fit_weights(design, right, strength, np.zeros(3))
    slope = design.T @ (expit(design @ weights) - right) + strength * weights
    assert np.abs(slope).max() < 0.5
    assert fit_weights(design, right, strength, np.full(3, 2.0)) == pytest.approx(weights, abs=0.01)


def test_weights_are_recovered():
    true = np.array([2.0, -0.5, 0.1])
    design, right = drawn(1, 20_000, true)
    assert fit_weights(design, right, np.full(3, SHARED_PRIOR_STRENGTH), np.zeros(3)) == pytest.approx(true, abs=0.12)


def test_held_out_answers_choose_the_prior():
    """200 weights that tell nothing are held at 0; as many that tell much are not."""
    rng = np.random.default_rng(2)
    group, strengths = rng.integers(200, size=4000), (0.1, 100.0)
    design, kept = sparse.csr_matrix((np.ones(4000), (np.arange(4000), group))), np.arange(4000) < 3000
    none = np.zeros(200, dtype=bool)
    noise = fit_with_prior(design, rng.random(4000) < 0.5, kept, none, strengths)
    signal = fit_with_prior(design, rng.random(4000) < expit(rng.normal(size=200) * 3)[group], kept, none, strengths)
    assert np.abs(noise).max() < 0.1
    assert np.abs(signal).max() > 1


def test_separable_answers_have_a_finite_fit():
    design, right = sparse.csr_matrix(np.ones((50, 1))), np.ones(50, dtype=bool)
    weights = fit_with_prior(design, right, right, right[:1], (1.0,))
    assert 2 < weights[0] < 20


def test_whitened_features_have_nothing_in_common():
    rng = np.random.default_rng(0)
    features = np.concatenate(
        [np.ones((500, 1)), rng.normal(3, 2, (500, 2)) @ [[1, 5], [0.1, 5]], np.zeros((500, 1))], 1
    )
    white = features @ compute_whitening(features)
    assert white.T @ white / 500 == pytest.approx(np.diag([1, 1, 1, 0]), abs=1e-3)
    assert white[:, 0] == pytest.approx(1, abs=1e-3)
    assert np.isfinite(compute_whitening(np.ones((0, 2)))).all()


def test_by_hand():
    """A whole right answer, then half a wrong one: won = 1 − ½ · 0.6 = 0.7 at d = 0.4, 1 − ½ · 0.2 = 0.9 at 0.8."""
    first = update_tallies(np.zeros((1, TALLY_WIDTH)), np.ones(1), np.array([True]))
    then = update_tallies(first, np.array([0.5]), np.array([False]))
    assert FADING_FACTORS == (0.4, 0.8)
    assert first[0].tolist() == [1, 1, 1, 0, 1, 0]
    assert then[0] == pytest.approx([1, 1.5, 0.7, 0.5, 0.9, 0.5])


def test_what_is_not_touched_stays():
    tallies = np.array([[3, 5, 1.5, 0.5, 0.2, 0.1]], dtype=np.float32)
    assert update_tallies(tallies, np.zeros(1), np.array([True])).tolist() == tallies.tolist()


def test_of_a_log():
    """Of ABaA: before the last a, one right and one wrong of it, B between; of the learner, two right of three."""
    points, learner = tally_before_answers(simple_log("ABaA", "a", skills="ab"))
    assert points[:, :2].tolist() == [[0, 0], [0, 0], [1, 1], [1, 2], [0, 0]]
    assert points[3, 2:] == pytest.approx([0.4, 1, 0.8, 1])
    assert learner[:, :2].tolist() == [[0, 0], [1, 1], [2, 2], [2, 3], [0, 0]]
    assert learner[3, 2:] == pytest.approx([0.4 + 0.16, 1, 0.8 + 0.64, 1])


def test_a_level_taken_up_counts_as_the_answers_it_is_worth():
    """Level 3/4 with s² = .1875 / 5 is worth four answers: three wins; won at d = .4: ¾ (1 − .4⁴) / .6."""
    known = Estimate(np.array([[0.75]], np.float32), np.array([[np.sqrt(0.1875 / 5)]], np.float32))
    model = PFA.fit(simple_log("aA"))
    quick = (1 - 0.4**4) / 0.6
    slow = (1 - 0.8**4) / 0.2
    expected = [3, 4, 0.75 * quick, 0.25 * quick, 0.75 * slow, 0.25 * slow]
    assert model.initialize_from(np.array([[0]]), known)[0, 0] == pytest.approx(expected, rel=1e-4)
