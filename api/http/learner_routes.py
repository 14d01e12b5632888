"""Everything about one learner."""

from fastapi import APIRouter

from api.http import diagnostics, learners, progress, recommendations

router = APIRouter()
for part in (learners, diagnostics, recommendations, progress):
    router.include_router(part.router)
