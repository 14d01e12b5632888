"""The network of practice worlds: what it sees more than a served one, number by number."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from graph.errors import SetupFailed
from models.rl.features import LEARNER_WIDTH, STATE_WIDTH, Features
from models.rl.policy import LearnedPolicy
from models.rl.practice_network import (
    LEFT_WIDTH,
    PracticeBatch,
    PracticeFeatures,
    PracticeNetwork,
    PracticeNetworkConfig,
)
from models.rl.run import load_policy, save_learned_policy
from models.simulation.kt_students import KTStudents
from models.simulation.practice import PRACTICE_WIDTH, PracticeConfig, PracticeObservation, PracticeWorld
from tests.models.courses import make_course, observe
from tests.models.students import practice_course, random_past, tracing_model

CPU = torch.device("cpu")
SKILLS, MEMORY = 6, 8


def network(course, **config) -> PracticeNetwork:
    torch.manual_seed(0)
    return PracticeNetworkConfig(**config).build(course).eval()


def scores(net, seen):
    with torch.no_grad():
        return net(net.batch(seen))


def skills():
    return practice_course(SKILLS, [(0, 1), (1, 2)])


def practised(past=None):
    """Five students on the way."""
    students = KTStudents(tracing_model(SKILLS, seed=2), past or random_past(5, 4, SKILLS))
    world = PracticeWorld(skills(), students, 5, PracticeConfig((7,), free=True, in_turn=True))
    world.reset(seed=0)
    world.advance(np.arange(5))
    return world.observe()


@pytest.mark.parametrize("identity", [0, 3])
@pytest.mark.parametrize(("trail", "memory"), [(False, 0), (False, MEMORY), (True, 0), (True, MEMORY)])
def test_whatever_is_seen_the_scores_have_their_shape(trail, memory, identity):
    seen = practised()
    net = network(skills(), width=8, hidden=8, trail=trail, memory=memory, identity=identity)
    found = scores(net, seen)
    assert found.q.shape == found.logits.shape == (5, SKILLS)
    assert found.value.shape == (5,)
    assert torch.isfinite(found.q).all() and torch.isfinite(found.value).all()
    alone = scores(net, seen.of(3))
    assert torch.allclose(alone.q, found.q[3:4], atol=1e-5)


@pytest.mark.parametrize(("memory", "heeded"), [(0, False), (MEMORY, True)])
def test_a_memory_is_seen_where_there_is_room_for_it(memory, heeded):
    net, seen = network(skills(), trail=True, memory=memory), practised()
    other = replace(seen, memory=seen.memory + 1)
    assert torch.equal(scores(net, other).q, scores(net, seen).q) != heeded


@pytest.mark.parametrize("trail", [False, True])
def test_answers_and_steps_left_are_seen_with_a_trail_alone(trail):
    net, seen = network(skills(), trail=trail), practised()
    for other in (replace(seen, left=seen.left - 2), replace(seen, practice=seen.practice * 2)):
        assert torch.equal(scores(net, other).value, scores(net, seen).value) != trail


def test_with_a_trail_the_learner_has_the_last_point_before_its_own_features():
    net, seen = network(skills(), trail=True), practised()
    with torch.no_grad():
        learner, _ = net.pooling(net.features, net.batch(seen), torch.eye(SKILLS)[:, None].expand(-1, 5, -1))
    goals, last = learner[:, :SKILLS], learner[:, 2 * SKILLS : 3 * SKILLS]
    aimed = seen.target > 0
    assert np.allclose(goals, aimed / aimed.sum(axis=1, keepdims=True), atol=1e-6)
    assert last.tolist() == torch.eye(SKILLS)[:5].tolist(), "learner k has just done point k"
    assert torch.equal(learner[:, 3 * SKILLS :], net.features.learner(net.batch(seen)))


def test_a_learner_without_a_last_point_is_finite():
    net, seen = network(skills(), trail=True), practised()
    new = replace(seen, practice=np.zeros_like(seen.practice))
    assert torch.isfinite(scores(net, new).q).all()


@pytest.mark.parametrize(("identity", "differ"), [(0, False), (4, True)])
def test_points_that_are_alike_differ_by_their_identity_alone(identity, differ):
    course = make_course(4, [], [[(point, 1.0)] for point in range(4)])
    seen = observe(course, [[0.3] * 4], range(4))
    assert seen.mask.all()
    q = scores(network(course, identity=identity), seen).q[0]
    spread = float(q.max() - q.min())
    assert spread > 1e-3 if differ else spread < 1e-6


def test_a_saved_one_loads_by_its_own_configuration_alone(tmp_path):
    net = network(skills(), width=8, hidden=8, trail=True, memory=MEMORY, identity=3)
    save_learned_policy(LearnedPolicy(net, keep=3), tmp_path)
    loaded = load_policy(tmp_path, skills(), sizes=PracticeNetworkConfig)
    seen = practised()
    assert np.array_equal(loaded.decide(seen).score, LearnedPolicy(net, keep=3).decide(seen).score)
    with pytest.raises(SetupFailed, match=r"trail, memory, identity"):
        load_policy(tmp_path, skills())


def observe_short_and_long() -> PracticeObservation:
    """Five students of six points after a step of paths of 4 or 40."""
    students = KTStudents(tracing_model(6, seed=2), random_past(5, 4, 6))
    world = PracticeWorld(practice_course(6, [(0, 1)]), students, 5, PracticeConfig((4, 40), free=True))
    world.reset(seed=0)
    world.advance(np.arange(5))
    return world.observe()


@pytest.mark.parametrize("memory", [0, 3, MEMORY])
def test_points_and_learner_have_the_columns_of_practice_behind_their_own(memory):
    course, seen = practice_course(6, [(0, 1)]), observe_short_and_long()
    batch, with_it, without = (
        PracticeBatch.of(seen, CPU),
        PracticeFeatures(course, CPU, memory),
        Features(course, CPU),
    )
    state, learner = with_it.state(batch).numpy(), with_it.learner(batch).numpy()
    assert state.shape == (5, 6, STATE_WIDTH + PRACTICE_WIDTH)
    assert learner.shape == (5, LEARNER_WIDTH + LEFT_WIDTH + memory)
    assert np.array_equal(state[..., :STATE_WIDTH], without.state(batch))
    assert np.array_equal(state[..., STATE_WIDTH:], seen.practice)
    assert np.array_equal(learner[:, :LEARNER_WIDTH], without.learner(batch))
    # steps left of 30, and of the last ten: 3 and 39
    short = seen.left == 3
    assert 0 < short.sum() < 5
    assert learner[short, LEARNER_WIDTH : LEARNER_WIDTH + LEFT_WIDTH] == pytest.approx(
        np.tile([0.1, 0.3], (short.sum(), 1))
    )
    assert learner[~short, LEARNER_WIDTH : LEARNER_WIDTH + LEFT_WIDTH] == pytest.approx(
        np.tile([1.3, 1], ((~short).sum(), 1))
    )
    assert np.array_equal(learner[:, LEARNER_WIDTH + LEFT_WIDTH :], seen.memory[:, :memory])


def test_numpy_and_torch_give_the_same():
    course, seen = practice_course(6, [(0, 1)]), observe_short_and_long()
    torches, plain = (PracticeFeatures(course, device, MEMORY) for device in (CPU, None))
    for name in ("state", "learner"):
        there, here = (
            getattr(torches, name)(PracticeBatch.of(seen, CPU)).numpy(),
            getattr(plain, name)(PracticeBatch.of(seen, None)),
        )
        assert here.dtype == np.float32
        assert here == pytest.approx(there, abs=1e-6)


def test_a_batch_takes_practice_along():
    seen, rows = observe_short_and_long(), np.array([3, 1])
    some = PracticeBatch.of(seen, None).take(rows)
    for name in ("practice", "memory", "left"):
        assert np.array_equal(getattr(some, name), getattr(seen, name)[rows])
