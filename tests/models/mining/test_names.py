"""Scoring by names and texts: features by hand, no label of its own, learning from a course's edges."""

import numpy as np
import pytest

from models.mining.names import (
    MIN_TRAINING_EDGES,
    NAME_COLUMNS,
    STRUCTURE_COLUMNS,
    NameFeatures,
    build_known_matrix,
    compute_reachability,
    compute_structure,
    fit_classifier,
    score_pairs,
)


def test_features_of_a_pair_by_hand():
    told = NameFeatures(["Matrix", "Inverse matrix", "Limit"], ["", "The matrix that undoes another.", ""])
    row = dict(zip(NAME_COLUMNS, told.features(np.array([0]), np.array([1]))[0], strict=True))
    assert row["inside"] == 1
    assert row["outside"] == 0.5
    assert row["same last"] == 1
    assert row["words"] == -1
    assert row["general"] == pytest.approx(np.log(2))
    assert row["mentioned"] == 1
    assert row["mentions"] == 0


def test_neither_the_answer_nor_its_mirror_image_is_among_the_features():
    draw = np.random.default_rng(0)
    i, j = np.triu_indices(8, 1)
    label = draw.integers(0, 2, len(i)).astype(float)
    before, after = np.concatenate([i, j]), np.concatenate([j, i])
    known = build_known_matrix(8, before, after, np.concatenate([label, 1 - label]))
    row = compute_structure(known, np.array([2]), np.array([5]))
    known[2, 5], known[5, 2] = 1 - known[2, 5], 1 - known[5, 2]
    changed = compute_structure(known, np.array([2]), np.array([5]))
    shares = [STRUCTURE_COLUMNS.index(name) for name in ("i leads", "j follows", "i follows", "j leads")]
    assert row[0, shares] == pytest.approx(changed[0, shares], abs=0.05)
    known[2, 5] = known[5, 2] = 0.0
    without = compute_structure(known, np.array([2]), np.array([5]))
    known[2, 5] = 1.0
    assert compute_structure(known, np.array([2]), np.array([5]))[0, 4:6] == pytest.approx(without[0, 4:6])


def test_the_classifier_learns_what_is_not_a_line():
    draw = np.random.default_rng(1)
    x = draw.normal(size=(300, 2))
    label = ((x[:, 0] > 0) != (x[:, 1] > 0)).astype(float)
    model = fit_classifier(x[:200], label[:200])
    assert ((model.chance(x[200:]) > 0.5) == (label[200:] == 1)).mean() > 0.85


def test_a_chance_is_none_when_labels_are_noise():
    draw = np.random.default_rng(2)
    model = fit_classifier(draw.normal(size=(200, 3)), draw.integers(0, 2, 200).astype(float))
    assert np.abs(model.chance(draw.normal(size=(50, 3))) - 0.5).max() < 0.35


NAMES = [
    word
    for topic in "abcdefghijkl"
    for word in (f"{topic * 3}ium", f"{topic * 3}ium rules", f"{topic * 3}ium rules at work")
]


def test_a_course_without_edges_is_scored_by_the_rule():
    none = np.empty(0, dtype=np.int64)
    found = score_pairs(NAMES, [""] * len(NAMES), (none, none), most=12)
    assert all(NAMES[j].startswith(NAMES[i]) for i, j in zip(found.before, found.after, strict=True))


def test_a_course_with_edges_teaches_what_its_edges_are_like():
    first = np.arange(0, len(NAMES), 3)
    before, after = np.concatenate([first, first + 1])[:-4], np.concatenate([first + 1, first + 2])[:-4]
    assert len(before) >= MIN_TRAINING_EDGES
    found = score_pairs(NAMES, [""] * len(NAMES), (before, after), most=4)
    assert {(int(i), int(j)) for i, j in zip(found.before, found.after, strict=True)} & {
        (int(i), int(i) + 1) for i in (first + 1)[-4:]
    }
    implied = compute_reachability(len(NAMES), before, after)
    assert not implied[found.before, found.after].any()
    assert not implied[found.after, found.before].any()
