"""Everything about the curated graph."""

from api.http import case, catalogue, review, revisions

ROUTERS = tuple(part.router for part in (catalogue, case, review, revisions))
