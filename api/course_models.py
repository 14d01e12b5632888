"""A course as it is served, from the graph's rows: arrays for the models, names for people, who recommends."""

from pathlib import Path

from api.course_arrays import course_of
from api.policies import Policies
from api.served import Question, Served
from api.views import PointName, resource_view
from graph.catalogue import CourseRows, ItemRow


def served_of(rows: CourseRows, policies: Path) -> Served:
    """Everything about one course at one revision; `policies` is the folder of trained policies."""
    course = course_of(rows)
    return Served(
        course=course,
        revision=rows.revision,
        title=rows.title,
        included=len(rows.included),
        points=[PointName(row["id"], row["name"]) for row in rows.points],
        resources=[resource_view(row) for row in rows.resources],
        questions=[_question(row, course.point_index) for row in rows.items],
        recommender=Policies(policies).of(course),
    )


def _question(row: ItemRow, index: dict[str, int]) -> Question:
    points = tuple(index[point] for point in row["points"])
    return Question(row["id"], row["prompt"], row["answer"], tuple(row["distractors"]), points)
