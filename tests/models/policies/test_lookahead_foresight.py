"""Policy and look-ahead together: each alone at the ends of the weight, never outside the mask."""

import numpy as np
import pytest
import torch

from models.course import Course
from models.policies.lookahead import BeamSettings, LookaheadPlanner, LookaheadPolicy, LookaheadSettings
from models.recommender import Observation
from models.rl.policy import LearnedPolicy
from models.rl.practice_network import PracticeNetworkConfig
from models.simulation.kt_students import KTStudents
from models.simulation.practice import PracticeConfig, PracticeWorld
from tests.models.students import practice_course, random_past, tracing_model

N, B = 8, 12
ROWS = np.arange(B)


@pytest.fixture(scope="module")
def course() -> Course:
    return practice_course(N, [(0, 1), (1, 2), (3, 4)])


def seen_by(course: Course, free: bool = False) -> Observation:
    students = KTStudents(tracing_model(N, seed=4), random_past(B, 6, N))
    world = PracticeWorld(course, students, B, PracticeConfig((4,), free, in_turn=True))
    world.reset(seed=0)
    return world.observe()


def policy(course: Course, keep: int = N) -> LearnedPolicy:
    """With opinions of its own, of random weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = PracticeNetworkConfig(width=8, hidden=8, prior=0, trail=True, memory=8, identity=4).build(course)
        torch.nn.init.normal_(network.policy_head.out.weight)
    return LearnedPolicy(network, keep=keep)


@pytest.mark.parametrize("free", [False, True])
def test_without_weight_the_policy_decides(course: Course, free: bool) -> None:
    seen, own = seen_by(course, free), policy(course).decide(seen_by(course, free))
    found = LookaheadPolicy(policy(course), course, LookaheadSettings(weight=0)).decide(seen)
    assert np.array_equal(found.chosen, own.chosen)
    assert len(set(own.chosen.tolist())) > 1, "learners differ"
    assert np.array_equal(found.q, own.q)


@pytest.mark.parametrize("depth", [1, 3])
@pytest.mark.parametrize("keep", [1, 3, N])
def test_with_all_the_weight_the_look_ahead_decides_among_those_kept(course: Course, keep: int, depth: int) -> None:
    seen, ahead = seen_by(course), LookaheadPlanner(course, settings=BeamSettings(depth=depth))
    own, value = policy(course).decide(seen), ahead.score(seen)
    found = LookaheadPolicy(policy(course), course, LookaheadSettings(1e7, keep, BeamSettings(depth=depth))).decide(
        seen
    )
    for row in range(B):
        open_ = np.flatnonzero(seen.mask[row]).tolist()
        kept = sorted(open_, key=lambda k, row=row: -own.score[row, k])[:keep]
        assert set(np.flatnonzero(found.kept[row])) == set(kept)
        assert value[row, found.chosen[row]] == pytest.approx(value[row, kept].max(), abs=1e-6)
    if keep == N:
        assert np.array_equal(value[ROWS, found.chosen], value[ROWS, ahead.decide(seen).chosen])


def test_in_between_both_have_a_say(course: Course) -> None:
    seen = seen_by(course)
    own, value = policy(course).decide(seen).score, LookaheadPlanner(course, settings=BeamSettings(depth=1)).score(seen)
    found = LookaheadPolicy(policy(course), course, LookaheadSettings(weight=20, keep=N)).decide(seen)
    np.testing.assert_allclose(found.score[seen.mask], (own + 20 * value)[seen.mask], atol=1e-4)


@pytest.mark.parametrize("weight", [0, 1, 100, 1e7])
def test_a_choice_is_never_outside_the_mask(course: Course, weight: float) -> None:
    seen = seen_by(course)
    assert not seen.mask.all()
    narrow = seen.keep(seen.mask & (np.arange(seen.mask.shape[1]) == seen.mask.argmax(axis=1)[:, None]))
    for each in (seen, narrow):
        found = LookaheadPolicy(policy(course), course, LookaheadSettings(weight)).decide(each)
        assert each.mask[ROWS, found.chosen].all()
        assert not (found.kept & ~each.mask).any()
        assert (found.propensity.sum(axis=1) == 1).all()


def test_what_the_policy_prunes_is_not_looked_at(course: Course) -> None:
    seen, own = seen_by(course), policy(course, keep=2).decide(seen_by(course))
    found = LookaheadPolicy(policy(course, keep=2), course, LookaheadSettings(weight=1e7, keep=5)).decide(seen)
    assert own.kept.sum(axis=1).max() == 2
    assert not (found.kept & ~own.kept).any()
    assert own.kept[ROWS, found.chosen].all()


def test_its_version_says_what_it_decides_by(course: Course) -> None:
    names = {
        LookaheadPolicy(policy(course), course, sight).version
        for sight in (LookaheadSettings(), LookaheadSettings(1), LookaheadSettings(keep=3))
    }
    names.add(LookaheadPolicy(policy(course), course, LookaheadSettings(beam=BeamSettings(depth=2))).version)
    assert len(names) == 4
