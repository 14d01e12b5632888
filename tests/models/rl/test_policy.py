"""The learned policy: never outside the mask, honest propensities, whatever its parameters are.

A large course scored from the points that matter gives the same numbers as the whole network.
"""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from models.rl.losses import prune_candidates
from models.rl.network import NetworkConfig, PolicyNetwork
from models.rl.policy import LearnedPolicy, SparseScorer, prune_by_score
from tests.models.courses import any_course, few, levels, make_course, observe, on_the_way, random_course

COUNT, LENGTH = 12, 8


def strands():
    """Chains with a few related neighbours: the whole is much larger than the way to one goal."""
    chains = [range(chain * LENGTH, (chain + 1) * LENGTH) for chain in range(COUNT)]
    edges = [(point, point + 1) for chain in chains for point in chain[:-1]]
    related = [(chain[2], chain[4], 0.5) for chain in chains] + [(3, 11, 0.4)]
    resources = [
        [(point, 1.0), (point - 1, 0.6)] if point % LENGTH and point % 3 else [(point, 1.0)]
        for point in range(COUNT * LENGTH)
    ]
    return make_course(COUNT * LENGTH, edges, resources, related, generator=np.random.default_rng(3))


def network_on(course, seed, layers=2):
    torch.manual_seed(seed)
    network = PolicyNetwork(course, NetworkConfig(width=8, hidden=16, layers=layers)).eval()
    torch.nn.init.normal_(network.policy_head.out.weight)
    return network


@few
@given(st.integers(0, COUNT - 1), st.integers(2, LENGTH - 1), st.integers(0, 99), st.sampled_from([1, 2, 3]))
def test_it_decides_as_the_whole(chain, place, seed, layers):
    course = strands()
    network = network_on(course, seed, layers)
    level = np.random.default_rng(seed).uniform(0, 1, course.points).astype(np.float32)
    seen = observe(course, [level], [chain * LENGTH + place])
    if not seen.mask.any():
        return
    nearby = SparseScorer(network, course)
    assert nearby.scores(seen) is not None
    whole = LearnedPolicy(network, keep=2).decide(seen)
    part = LearnedPolicy(network, keep=2, nearby=nearby).decide(seen)
    assert np.allclose(whole.q, part.q, atol=1e-5)
    assert np.allclose(whole.score, part.score, atol=1e-5)
    assert (whole.chosen == part.chosen).all()


def test_the_whole_is_asked_where_everything_matters():
    course = strands()
    nearby = SparseScorer(network_on(course, 0), course)
    level = np.full(course.points, 0.7, dtype=np.float32)
    assert nearby.scores(observe(course, [level], list(range(course.points)))) is None


def policy(course, seed=0, **settings) -> LearnedPolicy:
    torch.manual_seed(seed)
    return LearnedPolicy(PolicyNetwork(course, NetworkConfig(width=8, hidden=16)), **settings)


@few
@given(
    any_course(),
    st.integers(0, 99),
    st.sampled_from(["whole", "q", "ppo"]),
    st.sampled_from([0.0, 0.5, 1.0]),
    st.data(),
)
def test_it_never_chooses_outside_the_mask(course, seed, method, explore, data):
    seen = observe(course, [data.draw(levels(course.points))], [0, course.points - 1])
    if not seen.mask.any():
        return
    decision = policy(course, seed, method=method, explore=explore, keep=2).decide(seen)
    assert seen.mask[0, decision.chosen[0]]
    assert decision.kept[0, decision.chosen[0]]
    assert not decision.kept[~seen.mask].any()
    assert (decision.propensity[~decision.kept] == 0).all()
    assert decision.propensity.sum() == pytest.approx(1, abs=1e-5)
    assert decision.propensity[0, decision.chosen[0]] > 0


def test_the_whole_keeps_the_best_by_q_and_takes_the_policys_best_of_them():
    seen = on_the_way(random_course(1), learners=16)
    decision = policy(random_course(1), keep=3).decide(seen)
    for q, kept, score, mask, chosen in zip(
        decision.q, decision.kept, decision.score, seen.mask, decision.chosen, strict=True
    ):
        assert kept.sum() == min(3, mask.sum())
        assert q[kept].min() >= q[mask & ~kept].max(initial=-np.inf)
        assert chosen == np.where(kept, score, -np.inf).argmax()
        assert np.exp(score[kept]).sum() == pytest.approx(1, abs=1e-5)


def test_q_alone_takes_the_best_q_and_ppo_alone_sees_everything():
    seen = on_the_way(random_course(1), learners=16)
    by_q = policy(random_course(1), method="q").decide(seen)
    assert (by_q.chosen == np.where(seen.mask, by_q.q, -np.inf).argmax(axis=1)).all()
    by_ppo = policy(random_course(1), method="ppo", keep=1).decide(seen)
    assert (by_ppo.kept == seen.mask).all()


def test_exploration_draws_with_the_propensity_it_reports():
    course = random_course(1)
    alone = on_the_way(course, learners=1)
    many = observe(course, np.repeat(alone.level, 4000, axis=0), np.flatnonzero(alone.target[0]))
    decision = policy(course, explore=0.5, keep=4).decide(many)
    share = np.bincount(decision.chosen, minlength=many.mask.shape[1]) / 4000
    assert share == pytest.approx(decision.propensity[0], abs=0.03)
    best = decision.score[0].argmax()
    assert decision.propensity[0, best] > 0.5


def test_the_same_question_gets_the_same_answer():
    seen = on_the_way(random_course(1))
    chosen = [policy(random_course(1)).decide(seen).chosen.tolist() for _ in range(2)]
    assert chosen[0] == chosen[1]


@few
@given(st.integers(1, 9), st.integers(1, 12), st.integers(0, 99))
def test_pruning_is_that_of_training(keep, size, seed):
    generator = np.random.default_rng(seed)
    mask = generator.random((4, size)) < 0.7
    q = np.where(mask, generator.normal(size=(4, size)), -np.inf).astype(np.float32)
    expected = prune_candidates(torch.from_numpy(q), torch.from_numpy(mask), keep).numpy()
    assert (prune_by_score(q, mask, keep) == expected).all()


def test_a_share_of_the_candidates_is_kept_but_no_more_than_the_fixed_number():
    q = np.array([[0.1, 0.9, -np.inf, 0.5, 0.3, 0.7], [0.2, -np.inf, -np.inf, -np.inf, -np.inf, -np.inf]], np.float32)
    mask = np.isfinite(q)
    for share, keep, best in ((0.5, 16, [1, 3, 5]), (0.4, 16, [1, 5]), (0.01, 16, [1]), (0.5, 1, [1])):
        kept = prune_by_score(q, mask, keep, share)
        assert np.flatnonzero(kept[0]).tolist() == best
        assert np.flatnonzero(kept[1]).tolist() == [0]
    assert (prune_by_score(q, mask, 16, 1.0) == mask).all()
    seen = on_the_way(random_course(1), learners=16)
    kept = policy(random_course(1), share=0.25).decide(seen).kept
    assert (kept.sum(axis=1) == np.ceil(0.25 * seen.mask.sum(axis=1))).all()
