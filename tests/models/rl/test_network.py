"""Heads over padded candidates: masks hold, learners do not mix, and what was added a minute ago is scored.

The fast sparse path gives PyG's numbers, and the layer does what its formula says.
"""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from models.recommender import pad_candidates
from models.rl.network import (
    CandidateHead,
    Encoder,
    NetworkConfig,
    PolicyNetwork,
    RelationalLayer,
    build_edge_lists,
    build_relation_operators,
    build_sparse_operators,
)
from tests.models.courses import any_course, few, levels, little_course, make_course, observe, on_the_way, random_course

CPU = torch.device("cpu")


def both_paths(course, learners=3, graph=True):
    torch.manual_seed(0)
    encoder = Encoder(static=5, state=4, width=8, layers=3)
    static, state = torch.randn(course.points, 5), torch.randn(learners, course.points, 4)
    operators = build_sparse_operators(course, CPU) if graph else []
    edges = build_edge_lists(course, CPU) if graph else []
    return encoder(static, state, operators), encoder.by_message_passing(static, state, edges)


@few
@given(any_course(), st.integers(1, 4))
def test_the_fast_path_equals_message_passing(course, learners):
    fast, plain = both_paths(course, learners)
    assert fast.shape == (course.points, learners, 8)
    assert torch.allclose(fast, plain, atol=1e-5)


@pytest.mark.parametrize("graph", [True, False], ids=["graph", "no graph"])
def test_both_paths_agree_with_and_without_a_graph(graph):
    fast, plain = both_paths(random_course(1, points=60), graph=graph)
    assert torch.allclose(fast, plain, atol=1e-5)


def test_both_paths_agree_without_related_points_and_without_any_edges():
    unrelated = make_course(3, [(0, 1), (1, 2)], [[(0, 1.0)]])
    assert len(build_sparse_operators(unrelated, CPU)) == 2
    for course in (unrelated, make_course(3, [], [[(0, 1.0)]])):
        fast, plain = both_paths(course)
        assert torch.allclose(fast, plain, atol=1e-5)


def test_both_paths_have_the_same_gradients():
    course = random_course(2)
    grads = []
    for path in (0, 1):
        torch.manual_seed(0)
        encoder = Encoder(5, 4, 8, 2)
        static, state = torch.randn(course.points, 5), torch.randn(3, course.points, 4)
        if path:
            out = encoder.by_message_passing(static, state, build_edge_lists(course, CPU))
        else:
            out = encoder(static, state, build_sparse_operators(course, CPU))
        out.square().sum().backward()
        grads.append([p.grad.clone() for p in encoder.parameters()])
    assert all(torch.allclose(a, b, rtol=1e-3, atol=1e-4) for a, b in zip(*grads, strict=True))


def test_the_operators_are_means_over_neighbours():
    before, after, related = (operator.toarray() for operator in build_relation_operators(little_course()))
    assert before.tolist() == [[0, 0, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0], [1, 0, 0, 0]]
    assert after.tolist() == [[0, 0.5, 0, 0.5], [0, 0, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert related.tolist() == [[0, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0], [0, 1, 0, 0]]


def test_a_weighted_mean_of_related_points():
    course = make_course(3, [], [[(0, 1.0)]], [(0, 1, 0.3), (0, 2, 0.9)])
    related = build_relation_operators(course)[2].toarray()
    assert related[0] == pytest.approx([0, 0.25, 0.75])


def test_one_layer_by_hand():
    layer = RelationalLayer(1, 1)
    with torch.no_grad():
        layer.own.weight.fill_(1.0)
        layer.own.bias.fill_(0.5)
        for relation, weight in zip(layer.relation, (10.0, 100.0, 1000.0), strict=True):
            relation.weight.fill_(weight)
    h = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
    # nouns: 1 + 0.5 + 100 · (2 + 4) / 2;  articles: 2.5 + 10 · 1 + 100 · 3 + 1000 · 4;  adjectives: 3.5 + 10 · 2;
    # plurals: 4.5 + 10 · 1 + 1000 · 2
    expected = [301.5, 4312.5, 23.5, 2014.5]
    course = little_course()
    assert layer(h, build_edge_lists(course, CPU)).squeeze().tolist() == pytest.approx(expected)
    assert layer.batched(h[:, None], build_sparse_operators(course, CPU)).squeeze().tolist() == pytest.approx(expected)


def test_a_point_hears_of_others_only_through_edges():
    course = make_course(4, [(0, 1), (1, 2)], [[(0, 1.0)]])
    torch.manual_seed(0)
    encoder = Encoder(2, 2, 6, 2)
    static, state = torch.randn(4, 2), torch.randn(1, 4, 2)
    changed = state.clone()
    changed[0, 0] += 1
    operators = build_sparse_operators(course, CPU)
    moved = (encoder(static, state, operators) != encoder(static, changed, operators)).any(dim=-1).squeeze()
    assert moved.tolist() == [True, True, True, False], "two hops reach two edges away"
    moved = (encoder(static, state, []) != encoder(static, changed, [])).any(dim=-1).squeeze()
    assert moved.tolist() == [True, False, False, False]
    assert np.isfinite(encoder(static, state, operators).detach().numpy()).all()


def network(course, **config) -> PolicyNetwork:
    torch.manual_seed(0)
    return PolicyNetwork(course, NetworkConfig(**config)).eval()


def scores(net, seen):
    with torch.no_grad():
        return net(net.batch(seen))


@few
@given(any_course(), st.data())
def test_scores_are_finite_on_candidates_and_minus_infinity_elsewhere(course, data):
    level = [data.draw(levels(course.points)) for _ in range(3)]
    seen = observe(course, level, [0, course.points - 1])
    found = scores(network(course, width=8, hidden=8), seen)
    for values in (found.q, found.logits):
        assert torch.isfinite(values[torch.as_tensor(seen.mask)]).all()
        assert (values[torch.as_tensor(~seen.mask)] == -torch.inf).all()
    assert torch.isfinite(found.value).all()


def test_an_untrained_policy_is_the_rule_that_it_starts_from():
    course = random_course(0)
    net = network(course)
    batch = net.batch(on_the_way(course))
    columns = net.features.candidates(batch)
    rule = torch.where(batch.mask, 4 * columns[..., 10] + 12 * columns[..., 2], -torch.inf)
    assert torch.allclose(scores(net, on_the_way(course)).logits, rule + net.policy_head.out.bias)


def test_a_head_by_a_plain_loop():
    torch.manual_seed(1)
    head = CandidateHead(3, 2, 4)
    learner, candidates = torch.randn(2, 3), torch.randn(2, 5, 2)
    mask = torch.tensor([[True] * 5, [True, True, False, False, True]])
    found = head(learner, candidates, mask)
    for b in range(2):
        for k in range(5):
            hidden = torch.relu(head.learner(learner[b]) + head.candidate(candidates[b, k]))
            expected = head.out(hidden).item() if mask[b, k] else -np.inf
            assert found[b, k].item() == pytest.approx(expected, abs=1e-6)


def test_the_parts_equal_the_whole():
    course = random_course(1)
    net, seen = network(course), on_the_way(random_course(1))
    whole = scores(net, seen)
    with torch.no_grad():
        logits, value, q = net.policy(net.batch(seen))
        assert torch.equal(whole.q, net.q(net.batch(seen)))
    assert torch.equal(whole.logits, logits)
    assert torch.equal(whole.value, value)
    assert torch.equal(whole.q, torch.where(torch.as_tensor(seen.mask), q, -torch.inf))


def test_a_learner_is_scored_the_same_alone_and_in_a_batch():
    course = random_course(1)
    net, seen = network(course), on_the_way(random_course(1), learners=6)
    whole = scores(net, seen)
    for row in range(6):
        assert torch.allclose(scores(net, seen.of(row)).logits, whole.logits[row : row + 1], atol=1e-5)


def test_the_order_of_the_candidates_does_not_matter():
    course = random_course(1)
    net, seen = network(course), on_the_way(random_course(1))
    turned = replace(seen, candidates=seen.candidates[:, ::-1].copy(), mask=seen.mask[:, ::-1].copy())
    assert torch.allclose(scores(net, turned).q.flip(1), scores(net, seen).q, atol=1e-5)


def grown(course, copies: int):
    """The course with its first `copies` resources added once more, as new ones."""
    arrays = ("taught", "importance", "difficulty", "minutes", "kind", "modality")
    longer = {name: np.concatenate([getattr(course, name), getattr(course, name)[:copies]]) for name in arrays}
    return replace(course, resource_ids=course.resource_ids + [f"new{i}" for i in range(copies)], **longer)


def test_resources_added_after_training_are_scored_like_their_twins():
    course = random_course(1)
    net, seen = network(course), on_the_way(course)
    later = grown(course, 20)
    later.difficulty[60:] += 1
    today = network(later)
    today.load_state_dict(net.state_dict())
    allowed = np.zeros((len(seen), 80), dtype=bool)
    allowed[:, [0, 60, 7, 67]] = True
    candidates, mask = pad_candidates(allowed)
    found = scores(today, replace(seen, candidates=candidates, mask=mask)).q
    assert candidates[0].tolist() == [0, 7, 60, 67]
    assert torch.isfinite(found).all()
    assert (found[:, 0] != found[:, 2]).all(), "a harder one gets a score of its own"
    later.difficulty[60:] -= 1
    twin = network(later)
    twin.load_state_dict(net.state_dict())
    same = scores(twin, replace(seen, candidates=candidates, mask=mask)).q
    assert torch.allclose(same[:, 0], same[:, 2], atol=1e-6)
    assert torch.allclose(same[:, 1], same[:, 3], atol=1e-6)


def test_parameters_fit_a_course_of_another_size():
    small, large = random_course(1), random_course(2, points=35, copies=2)
    net = network(large)
    net.load_state_dict(network(small).state_dict())
    seen = on_the_way(large)
    assert torch.isfinite(scores(net, seen).q[torch.as_tensor(seen.mask)]).all()


def test_without_the_graph_the_parameters_of_the_relations_are_idle():
    course = random_course(1)
    net, seen = network(course, graph=False), on_the_way(random_course(1))
    before = scores(net, seen).q
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            if ".relation." in name:
                parameter.add_(1)
    assert torch.equal(scores(net, seen).q, before)
    assert not torch.equal(scores(network(course), seen).q, before)


def test_without_the_graph_only_the_goal_itself_is_known_to_be_needed():
    course = make_course(3, [(0, 1), (1, 2)], [[(0, 1.0)]])
    seen = observe(course, [[0.1, 0.1, 0.1]], [2])
    assert network(course).needed(seen).tolist() == [[True, True, True]]
    assert network(course, graph=False).needed(seen).tolist() == [[False, False, True]]
