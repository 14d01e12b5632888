"""The fast sparse path gives PyG's numbers, and the layer does what its formula says."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from models.encoder import Encoder, RelationalLayer, edge_lists, relation_operators, sparse_operators
from tests.models.courses import any_course, few, little_course, make_course, random_course

CPU = torch.device("cpu")


def both_paths(course, learners=3, graph=True):
    torch.manual_seed(0)
    encoder = Encoder(static=5, state=4, width=8, layers=3)
    static, state = torch.randn(course.points, 5), torch.randn(learners, course.points, 4)
    operators = sparse_operators(course, CPU) if graph else []
    edges = edge_lists(course, CPU) if graph else []
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
    assert len(sparse_operators(unrelated, CPU)) == 2
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
            out = encoder.by_message_passing(static, state, edge_lists(course, CPU))
        else:
            out = encoder(static, state, sparse_operators(course, CPU))
        out.square().sum().backward()
        grads.append([p.grad.clone() for p in encoder.parameters()])
    assert all(torch.allclose(a, b, rtol=1e-3, atol=1e-4) for a, b in zip(*grads, strict=True))


def test_the_operators_are_means_over_neighbours():
    before, after, related = (operator.toarray() for operator in relation_operators(little_course()))
    assert before.tolist() == [[0, 0, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0], [1, 0, 0, 0]]
    assert after.tolist() == [[0, 0.5, 0, 0.5], [0, 0, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert related.tolist() == [[0, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0], [0, 1, 0, 0]]


def test_a_weighted_mean_of_related_points():
    course = make_course(3, [], [[(0, 1.0)]], [(0, 1, 0.3), (0, 2, 0.9)])
    related = relation_operators(course)[2].toarray()
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
    assert layer(h, edge_lists(course, CPU)).squeeze().tolist() == pytest.approx(expected)
    assert layer.batched(h[:, None], sparse_operators(course, CPU)).squeeze().tolist() == pytest.approx(expected)


def test_a_point_hears_of_others_only_through_edges():
    course = make_course(4, [(0, 1), (1, 2)], [[(0, 1.0)]])
    torch.manual_seed(0)
    encoder = Encoder(2, 2, 6, 2)
    static, state = torch.randn(4, 2), torch.randn(1, 4, 2)
    changed = state.clone()
    changed[0, 0] += 1
    operators = sparse_operators(course, CPU)
    moved = (encoder(static, state, operators) != encoder(static, changed, operators)).any(dim=-1).squeeze()
    assert moved.tolist() == [True, True, True, False], "two hops reach two edges away"
    moved = (encoder(static, state, []) != encoder(static, changed, [])).any(dim=-1).squeeze()
    assert moved.tolist() == [True, False, False, False]
    assert np.isfinite(encoder(static, state, operators).detach().numpy()).all()
