"""The benchmark of the miners: what is planted, who chooses, how recovery is scored, how pairs are split."""

import numpy as np
import pytest

from benchmarks.prerequisites import names
from benchmarks.prerequisites.measure import score_edges, select_first_learners
from benchmarks.prerequisites.million import generate_log
from benchmarks.prerequisites.planted import AnswerNoise, draw_graph, make_course, simulate_log
from models.mining import names as mining_names
from models.mining.mastery_log import MinedPrerequisites
from models.mining.prerequisites import mine_prerequisites


def test_a_planted_graph_is_acyclic_and_its_points_stand_in_no_order():
    edges = draw_graph(30, 0)
    assert sorted(make_course(30, edges, 0).order) == list(range(30))
    assert (edges[:, 0] > edges[:, 1]).any()


@pytest.mark.parametrize("policy", ["random", "own", "syllabus", "gated"])
def test_a_simulated_log(policy):
    course = make_course(6, np.array([[0, 1], [1, 2]]), 0)
    made = simulate_log(course, 20, policy, AnswerNoise(), 1)
    assert made.learners == 20
    assert (np.isnan(made.at) | (made.at >= made.since)).all()
    assert len(set(zip(made.learner.tolist(), made.point.tolist(), strict=True))) == len(made.at)
    assert select_first_learners(made, 5).learner.max() < 5


def test_only_a_gated_policy_never_begins_a_point_before_its_prerequisite_is_mastered():
    course = make_course(4, np.array([[0, 1], [0, 2], [0, 3]]), 0)
    early = {}
    for policy in ("own", "gated"):
        made = simulate_log(course, 50, policy, AnswerNoise(), 1)
        mastered = {(who, point): at for who, point, at in zip(made.learner, made.point, made.at, strict=True)}
        begun = zip(made.learner, made.point, made.since, strict=True)
        early[policy] = sum(point > 0 and not mastered.get((who, 0), np.nan) < since for who, point, since in begun)
    assert early["gated"] == 0
    assert early["own"] > 0


def test_recovery_by_hand():
    """Of 0 → 1 → 2: 0 → 1 is an edge, 0 → 2 a chain, 2 → 1 turned round, 3 → 0 nothing."""
    course = make_course(4, np.array([[0, 1], [1, 2]]), 0)
    empty = np.zeros(4)
    found = MinedPrerequisites(np.array([0, 0, 2, 3]), np.array([1, 2, 1, 0]), empty, empty, empty, empty, 12)
    figures = score_edges(found, [0, 1, 2, 3], course)
    assert (figures["precision"], figures["recall"], figures["fdr"]) == (0.25, 0.5, 0.5)
    assert figures["reversed"] == 0.25


def test_the_million_in_little():
    made = generate_log(0, points=40, learners=600, each=20)
    found = mine_prerequisites(made)
    right = sum(i % 2 == 0 and j == i + 1 for i, j in zip(found.before.tolist(), found.after.tolist(), strict=True))
    assert right >= 15
    assert right >= 0.8 * len(found.before)


def test_area_and_f1_by_hand():
    true = np.array([True, False, True, False])
    assert names.compute_auc(np.array([0.9, 0.8, 0.7, 0.1]), true) == 0.75
    assert mining_names.f1_score(np.array([True, True, False, False]), true) == 0.5


@pytest.mark.skipif(names.read_domain("geometry") is None, reason="../shared/data/al-cpl is missing")
def test_al_cpl_is_read_with_the_second_column_as_the_prerequisite():
    pairs = names.read_domain("data_mining")
    assert len(pairs.label) == 826
    assert pairs.label.sum() == 292


@pytest.mark.skipif(names.read_domain("geometry") is None, reason="../shared/data/al-cpl is missing")
def test_disjoint_folds_share_no_concept():
    pairs = names.read_domain("data_mining")
    for train, test in names.split_folds(pairs, np.random.default_rng(0), True):
        seen = set(pairs.before[train]) | set(pairs.after[train])
        assert not seen & (set(pairs.before[test]) | set(pairs.after[test]))
        assert test.any()
