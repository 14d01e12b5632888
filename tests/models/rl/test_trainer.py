"""Training: the same seed gives the same parameters, every setting runs, and it learns."""

import numpy as np
import pytest
import torch

from models.knowledge_tracing.state import Rates
from models.policies.rule_based import RandomStrategy
from models.rl.losses import PPOConfig, QConfig
from models.rl.network import NetworkConfig
from models.rl.policy import LearnedPolicy
from models.rl.practice_network import PracticeNetworkConfig
from models.rl.trainer import Trainer, TrainingConfig
from models.simulation.environment import EpisodeConfig, LearnerVectorEnv
from models.simulation.practice import PracticeConfig, PracticeWorld, run_practice_rollout
from tests.models.courses import make_course, random_course
from tests.models.students import Chain, practice_course

SMALL = TrainingConfig(
    steps=8 * 4 * 6,
    learners=8,
    rollout=4,
    replay=16,
    network=NetworkConfig(width=8, hidden=16),
    ppo=PPOConfig(minibatch=16),
    q=QConfig(batch=16, updates=2, target_every=2, keep=3),
)


def settings(**changes) -> TrainingConfig:
    return TrainingConfig(**{**{name: getattr(SMALL, name) for name in SMALL.__dataclass_fields__}, **changes})


def train(config: TrainingConfig, course=None) -> Trainer:
    trainer = Trainer(LearnerVectorEnv(course or random_course(1), config.learners), config)
    while not trainer.finished:
        trainer.iterate()
    return trainer


def parameters(trainer: Trainer) -> list[float]:
    return torch.cat([parameter.flatten() for parameter in trainer.network.parameters()]).tolist()


@pytest.mark.training
def test_the_same_seed_gives_the_same_parameters_and_another_seed_others():
    assert parameters(train(SMALL)) == parameters(train(SMALL)) != parameters(train(settings(seed=1)))


def test_an_iteration_reports_finite_figures_and_moves_both_heads():
    trainer = Trainer(LearnerVectorEnv(random_course(1), 8, episode=EpisodeConfig(longest=4)), SMALL)
    before = {name: value.clone() for name, value in trainer.network.state_dict().items()}
    progress = trainer.iterate()
    assert (progress.iteration, progress.steps) == (1, 32)
    assert all(np.isfinite(value) for value in progress.figures().values())
    after = trainer.network.state_dict()
    for head in ("q_head", "policy_head", "value_head", "encoder"):
        assert any((after[name] != value).any() for name, value in before.items() if name.startswith(head)), head


def test_the_target_network_follows_every_so_many_iterations():
    trainer = Trainer(LearnerVectorEnv(random_course(1), 8), SMALL)
    same = []
    for _ in range(4):
        trainer.iterate()
        pairs = zip(trainer.network.parameters(), trainer.target.parameters(), strict=True)
        same.append(all(torch.equal(a, b) for a, b in pairs))
    assert same == [False, True, False, True]


def test_a_run_may_start_from_another_network():
    first, second = (Trainer(LearnerVectorEnv(random_course(1), 8), settings(seed=seed)) for seed in (0, 1))
    assert parameters(first) != parameters(second)
    second.start_from(first.network)
    assert parameters(first) == parameters(second)
    assert all(torch.equal(a, b) for a, b in zip(first.network.parameters(), second.target.parameters(), strict=True))


@pytest.mark.parametrize(("method", "idle"), [("q", "policy_head"), ("ppo", "q_head")])
def test_each_half_alone_leaves_the_others_head(method, idle):
    trainer = Trainer(LearnerVectorEnv(random_course(1), 8), settings(method=method))
    before = {name: value.clone() for name, value in trainer.network.state_dict().items()}
    trainer.iterate()
    after = trainer.network.state_dict()
    assert all(torch.equal(after[name], value) for name, value in before.items() if name.startswith(idle))


@pytest.mark.parametrize(
    "course", [make_course(1, [], [[(0, 1.0)]] * 6), random_course(2, points=3)], ids=["one", "three"]
)
def test_it_runs_on_the_smallest_courses(course):
    assert np.isfinite(parameters(train(settings(steps=64), course))).all()


def test_no_training_step_leaves_the_candidates():
    trainer = Trainer(LearnerVectorEnv(random_course(3), 8), SMALL)
    while not trainer.finished:
        trainer.iterate()
    stored = trainer.replay.columns
    rows = stored["action"][..., None]
    assert stored["mask"].gather(2, rows).all()
    assert stored["kept"].gather(2, rows).all()
    assert not (stored["kept"] & ~stored["mask"]).any()
    assert stored["kept"].sum(dim=2).max() <= 3, "Q has pruned to three candidates"


def mean_return(rung, course) -> float:
    env = LearnerVectorEnv(course, 300)
    env.reset(seed=10_000)
    rows, total, alive = np.arange(300), np.zeros(300), np.ones(300, dtype=bool)
    while alive.any():
        seen = env.observe()
        seen = seen.keep(seen.mask | (~seen.mask.any(axis=1, keepdims=True) & (np.arange(seen.mask.shape[1]) == 0)))
        reward, ended, _ = env.advance(seen.candidates[rows, rung.decide(seen).chosen])
        total += reward * alive
        alive &= ~ended
    return float(total.mean())


@pytest.mark.training
def test_it_learns():
    course = random_course(3, points=60, copies=5, rates=Rates(gain_right=0.5))
    chance = mean_return(RandomStrategy(course, 0), course)
    trainer = train(TrainingConfig(steps=12_288), course)
    trained = mean_return(LearnedPolicy(trainer.network, keep=trainer.config.q.keep), course)
    print(f"return: random {chance:.2f}, trained {trained:.2f}")
    assert trained > chance + 0.2


LINKS = 5


def practice_world(size: int, in_turn: bool = False) -> PracticeWorld:
    """Students who know a part of a chain and want it all; only the link after what they know teaches them anything."""
    known = np.tri(LINKS, LINKS, -1, dtype=bool)[[0, 1, 2]]
    chain = Chain(known, np.ones_like(known))
    return PracticeWorld(practice_course(LINKS, []), chain, size, PracticeConfig((LINKS,), free=True, in_turn=in_turn))


def practice_settings(**changes) -> TrainingConfig:
    network = PracticeNetworkConfig(width=8, layers=1, hidden=32, prior=0, trail=True, memory=8, identity=8)
    told = {"steps": 640, "learners": 16, "rollout": 10, "replay": 40, "network": network, "q": QConfig(n_step=3)}
    return TrainingConfig(**{**told, **changes})


def practised(config: TrainingConfig) -> Trainer:
    trainer = Trainer(practice_world(config.learners), config)
    while not trainer.finished:
        trainer.iterate()
    return trainer


def test_targets_of_several_steps_train_q_otherwise_than_those_of_one():
    three, one = (practised(practice_settings(q=QConfig(updates=2, n_step=n, batch=32))) for n in (3, 1))
    assert np.isfinite(parameters(three)).all()
    assert parameters(three) != parameters(one)


@pytest.mark.training
def test_practice_goes_on_from_its_state_as_without_a_cut():
    config = practice_settings(q=QConfig(updates=2, n_step=3, batch=32))
    whole, first, second = practised(config), *(Trainer(practice_world(16), config) for _ in range(2))
    for _ in range(2):
        first.iterate()
    second.restore(first.state())
    while not second.finished:
        second.iterate()
    assert parameters(second) == parameters(whole)


@pytest.mark.training
def test_it_learns_from_practice():
    test = practice_world(3, in_turn=True)
    chance = float(
        np.mean([run_practice_rollout(test, RandomStrategy(test.course, seed), seed).ep.mean() for seed in range(20)])
    )
    config = practice_settings(
        steps=24_000,
        learners=64,
        ppo=PPOConfig(gamma=1.0, minibatch=160, advice=0.0),
        q=QConfig(gamma=0.99, batch=128, updates=4, keep=3, warm_up=0.5, n_step=3),
    )
    policy = LearnedPolicy(practised(config).network, keep=config.q.keep)
    trained = float(run_practice_rollout(test, policy, 0).ep.mean())
    print(f"E_p: random {chance:.2f}, trained {trained:.2f}")
    assert chance < 0.4
    assert trained > 0.6
