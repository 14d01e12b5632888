"""A course as it is served, from the graph's rows: arrays for the models, names for people, who recommends."""

from api.catalogue_texts import CourseRows, ItemRow, catalogue_of
from api.course_arrays import course_of
from api.served import Question, Served
from api.trained import Trained
from api.views import PointName, resource_view


def served_of(rows: CourseRows, trained: Trained) -> Served:
    """Everything about one course at one revision, with its learner model and its policy."""
    course = trained.tracers.on(course_of(rows), rows.settings)
    return Served(
        course=course,
        revision=rows.revision,
        title=rows.title,
        included=len(rows.included),
        points=[PointName(row["id"], row["name"]) for row in rows.points],
        levels=[row["level"] for row in rows.points],
        resources=[resource_view(row) for row in rows.resources],
        questions=[_question(row, course.point_index) for row in rows.items if _within(row, course.point_index)],
        line_up=trained.policies.of(course, catalogue_of(rows)),
        plain=rows.settings.get("banditPrior") == "plain",
    )


def _within(row: ItemRow, index: dict[str, int]) -> bool:
    """An item drawn by hand may assess nothing, or a point that this course does not know."""
    return bool(row["points"]) and all(point in index for point in row["points"])


def _question(row: ItemRow, index: dict[str, int]) -> Question:
    points = tuple(index[point] for point in row["points"])
    response = (row["a"], row["b"], row["c"])
    return Question(row["id"], row["prompt"], row["answer"], tuple(row["distractors"]), points, response)


__all__ = ["Served", "served_of"]
