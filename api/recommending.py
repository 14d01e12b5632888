"""One step of the loop (DESIGN §4): candidates, decision, its record, and the reasons."""

from api.choosing import choose
from api.explaining import explained
from api.loop import Loop
from api.situation import read_situation
from api.views import Recommendations


async def recommend(loop: Loop, learner: str, course: str | None, n: int, explain: bool) -> Recommendations:
    """What this learner should do next, the `n` best; logged before it is returned.

    Raises `NotFound` for an unknown learner or course, `GraphUnavailable` when nothing could be read or logged.
    """
    situation = await read_situation(loop, learner, course)
    decided = await choose(loop, situation, n)
    return await explained(loop, decided, explain)
