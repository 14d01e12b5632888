"""One step of the loop (DESIGN §4): candidates, decision, its record, and the reasons."""

from api.choosing import choose
from api.explaining import explained
from api.loop import Loop
from api.situation import read_situation
from api.views import Recommendations


async def recommend(
    loop: Loop, learner: str, course: str | None, n: int, explain: bool = False, strategy: str | None = None
) -> Recommendations:
    """What this learner should do next, the `n` best; logged before it is returned.

    `strategy` decides, the course's own without one; where it cannot, the next one does, and the answer says so.
    Raises `NotFound` for an unknown learner or course, `Invalid` for an unknown strategy, `GraphUnavailable` when
    nothing could be read or logged.
    """
    situation = await read_situation(loop, learner, course)
    decided = await choose(loop, situation, n, strategy)
    return await explained(loop, decided, strategy, explain)
