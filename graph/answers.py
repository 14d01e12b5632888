"""Every answer of a course as the graph has it: what learner models are fitted on."""

from graph.answer_files import RawAnswer
from graph.connection import Graph
from graph.log_files import SECONDS_A_DAY
from graph.times import moment


async def read_course_answers(graph: Graph, course: str) -> list[RawAnswer]:
    """Outcomes and answers of diagnostics, learner by learner in the order given."""
    rows = await graph.read("learn/answers", course=course)
    return [
        RawAnswer(
            learner=row["learner"],
            skills=tuple(row["points"]),
            right=float(row["right"]),
            item=row["item"],
            days=moment(row["at"]).timestamp() / SECONDS_A_DAY,
            order=float(place),
        )
        for place, row in enumerate(rows)
    ]
