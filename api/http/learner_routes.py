"""Everything about one learner."""

from api.http import diagnostics, learners, progress, recommendations, skipping

ROUTERS = tuple(part.router for part in (learners, diagnostics, recommendations, progress, skipping))
