"""The field before the first answer, by hand and as properties."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from models.learners.field import FieldSettings, correlations, field_of
from tests.models.courses import any_course, few, little_course, make_course

PLAIN = FieldSettings(start=1.0, decline=4.0, general=2.0, graph=1.0, own=0.5, stiffness=1.0)


def test_two_points_by_hand():
    course = make_course(2, [(0, 1)], [[(0, 1.0)]])
    field = field_of(course, np.arange(2), PLAIN)
    assert field.mean.tolist() == [1.0, -3.0]
    # (I + L)⁻¹ = [[2, −1], [−1, 2]]⁻¹ = [[2, 1], [1, 2]] / 3, correlation ½: 4 + 1 + ¼ and 4 + ½
    assert field.covariance == pytest.approx(np.array([[5.25, 4.5], [4.5, 5.25]]))


def test_what_is_nearer_in_the_graph_goes_together_more():
    course = make_course(5, [(0, 1), (1, 2), (2, 3)], [[(0, 1.0)]])
    related = correlations(course, np.arange(5), 0.3)
    assert related[0, 1] > related[0, 2] > related[0, 3] > related[0, 4]
    assert related[0, 4] == pytest.approx(0)
    weak = make_course(5, [(0, 1), (1, 2), (2, 3)], [[(0, 1.0)]], [(0, 4, 0.3)])
    assert 0 < correlations(weak, np.arange(5), 0.3)[0, 4] < correlations(weak, np.arange(5), 0.3)[0, 1]


@few
@given(any_course())
def test_a_covariance_whatever_the_course(course):
    field = field_of(course, np.arange(course.points), PLAIN)
    assert field.covariance == pytest.approx(field.covariance.T)
    assert np.linalg.eigvalsh(field.covariance.astype(float)).min() > 0.2
    assert np.diagonal(field.covariance) == pytest.approx(np.full(course.points, 5.25), rel=1e-5)
    assert (np.diff(field.mean[course.order][np.argsort(course.depth[course.order], kind="stable")]) <= 1e-6).all()


def test_part_of_a_course_keeps_its_depths():
    course = little_course()
    whole, part = field_of(course, np.arange(4)), field_of(course, np.array([2, 1]))
    assert part.points.tolist() == [1, 2]
    assert (part.mean == whole.mean[[1, 2]]).all()


def test_no_points_and_no_edges():
    course = make_course(2, [], [[(0, 1.0)]])
    assert field_of(course, np.zeros(0, dtype=int)).covariance.shape == (0, 0)
    alone = field_of(course, np.arange(2), replace(PLAIN, general=0.0))
    assert alone.covariance == pytest.approx(np.eye(2) * 1.25)
