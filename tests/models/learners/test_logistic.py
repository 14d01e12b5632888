"""PFA and Best-LR by hand, against the generic replay, and on generated answers."""

import numpy as np
import pytest
from scipy.special import expit

from models.evidence import weight_of
from models.learners.contract import Memory, Question, replay
from models.learners.log import log_of
from models.learners.logistic import PFA, BestLR, near_counts
from models.learners.logistic_fit import LogisticSettings
from models.learners.tallies import TALLIES
from tests.models.learners.small_logs import NASTY, SKILLS, random_log, simple_log

MODELS = [PFA, BestLR]
NEW = (0,) * TALLIES


def asked(*points, importance=None, item=-1, influence=None):
    """A question to one learner."""
    weight = np.ones(len(points)) if importance is None else np.array(importance)
    numbers = np.array([points]), weight[None].astype(np.float32), np.array([item])
    return Question(*numbers, np.zeros((1, len(points)), dtype=np.float32), influence)


def remembered(*points, learner=NEW):
    return Memory(np.array([learner], dtype=np.float32), np.array([points], dtype=np.float32))


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
    assert near_counts(tallies, asked(0, 1, 2, -1, influence=influence))[0, 0] == pytest.approx([1.25 * np.log(2)] * 2)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("seed", range(2))
def test_replay_is_answer_by_answer(model, seed):
    log = random_log(seed, longest=80)
    fitted = model.fit(log)
    chance = fitted.replay(log)
    assert chance.std() > 0.01
    assert chance == pytest.approx(replay(fitted, log), abs=1e-6)
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
    assert chance == pytest.approx(replay(fitted, log), abs=1e-6)
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
    return log_of(rows)


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
    worth = np.array([weight_of(*one)[0] for one in found])
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
    memory = Memory(fitted.start().learner, np.zeros((1, 2, TALLIES), dtype=np.float32))
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
