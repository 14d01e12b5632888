"""The learned policy: never outside the mask, honest propensities, whatever its parameters are."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from models.network import NetworkConfig, PolicyNetwork
from models.policy import LearnedPolicy, best_kept
from models.q_learning import prune
from tests.models.courses import any_course, few, levels, observe, on_the_way, random_course


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
    expected = prune(torch.from_numpy(q), torch.from_numpy(mask), keep).numpy()
    assert (best_kept(q, mask, keep) == expected).all()


def test_a_share_of_the_candidates_is_kept_but_no_more_than_the_fixed_number():
    q = np.array([[0.1, 0.9, -np.inf, 0.5, 0.3, 0.7], [0.2, -np.inf, -np.inf, -np.inf, -np.inf, -np.inf]], np.float32)
    mask = np.isfinite(q)
    for share, keep, best in ((0.5, 16, [1, 3, 5]), (0.4, 16, [1, 5]), (0.01, 16, [1]), (0.5, 1, [1])):
        kept = best_kept(q, mask, keep, share)
        assert np.flatnonzero(kept[0]).tolist() == best
        assert np.flatnonzero(kept[1]).tolist() == [0]
    assert (best_kept(q, mask, 16, 1.0) == mask).all()
    seen = on_the_way(random_course(1), learners=16)
    kept = policy(random_course(1), share=0.25).decide(seen).kept
    assert (kept.sum(axis=1) == np.ceil(0.25 * seen.mask.sum(axis=1))).all()
