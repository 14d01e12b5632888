"""What the network sees: the tensors agree with the plain functions, and nothing names a point or a resource."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from models.recommender import compute_expected_gain, predict_success
from models.rl.features import (
    CANDIDATE_WIDTH,
    LEARNER_WIDTH,
    POINT_WIDTH,
    RESOURCE_WIDTH,
    STATE_WIDTH,
    Features,
    ObservationBatch,
    compute_point_features,
    compute_resource_features,
)
from tests.models.courses import any_course, few, levels, little_course, observe, on_the_way, random_course

CPU = torch.device("cpu")


def test_shapes():
    course = random_course(0)
    seen, features = ObservationBatch.of(on_the_way(course), CPU), Features(course, CPU)
    assert compute_point_features(course).shape == (20, POINT_WIDTH)
    assert compute_resource_features(course).shape == (60, RESOURCE_WIDTH)
    assert features.state(seen).shape == (8, 20, STATE_WIDTH)
    assert features.candidates(seen).shape == (*seen.candidates.shape, CANDIDATE_WIDTH)
    assert features.learner(seen).shape == (8, LEARNER_WIDTH)


def test_numpy_and_torch_give_the_same():
    course = random_course(0)
    seen, arrays = ObservationBatch.of(on_the_way(course), CPU), ObservationBatch.of(on_the_way(course), None)
    torches, plain = Features(course, CPU), Features(course)
    for name in ("lacking", "state", "candidates", "learner"):
        there, here = getattr(torches, name)(seen).numpy(), getattr(plain, name)(arrays)
        assert here.dtype == np.float32
        assert here == pytest.approx(there, abs=1e-6)


def test_point_features_by_hand():
    course = little_course()
    depth, before, after, taught = compute_point_features(course)[:, :4].T
    assert depth == pytest.approx([0, 0.5, 1, 0.5])
    assert before == pytest.approx(np.log([1, 2, 2, 2]))
    assert after == pytest.approx(np.log([3, 2, 1, 1]))
    # Σ η over resources: nouns 1 + 0.4, articles 1 + 0.6 + 1, adjectives 1, plurals 1
    assert taught == pytest.approx(np.log([2.4, 3.6, 2, 2]))


def test_resource_features_by_hand():
    course = little_course()
    course.kind[3], course.modality[3], course.difficulty[3] = 1, 3, 1.5
    row = compute_resource_features(course)[3]
    assert row[:4] == pytest.approx([0.5, np.log(6) / 5, 2 / 3, 0.8])
    assert row[4:].tolist() == [0, 1, 0, 0, 0, 0, 0, 0, 1]


def test_what_is_lacking_by_hand():
    course = little_course()
    seen = ObservationBatch.of(observe(course, [[0.5, 0.7, 0.3, 0.0]], [2]), CPU)
    # nouns to 0.6, articles are met though not mastered, adjectives to 0.8, plurals are not on the way
    assert Features(course, CPU).lacking(seen)[0].numpy() == pytest.approx([0.1, 0, 0.5, 0])


@few
@given(any_course(), st.data())
def test_chance_and_gain_equal_the_recommenders_own(course, data):
    seen = observe(course, [data.draw(levels(course.points))], [0, course.points - 1])
    chance = predict_success(course, seen)
    columns = Features(course, CPU).candidates(ObservationBatch.of(seen, CPU)).numpy()
    assert columns[..., 0] == pytest.approx(chance, abs=1e-5)
    assert columns[..., 2] == pytest.approx(compute_expected_gain(course, seen, chance), abs=1e-5)


def test_features_do_not_depend_on_names_or_on_the_points_order():
    course = little_course()
    course.point_ids[:] = ["d", "c", "b", "a"]
    assert compute_point_features(course).tolist() == compute_point_features(little_course()).tolist()
