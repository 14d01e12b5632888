"""What endpoints ask for: the running loop, and the ids in paths."""

from typing import Annotated

from fastapi import Depends, Path, Query, Request

from api.loop import Loop


async def _loop(request: Request) -> Loop:
    loop: Loop = request.app.state.loop
    return loop


TheLoop = Annotated[Loop, Depends(_loop)]
Learner = Annotated[str, Path(description="The learner's id.", examples=["learner-17"])]
CourseId = Annotated[str | None, Query(description="Which course; the learner's own without it.", examples=["english"])]
