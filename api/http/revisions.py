"""The revisions of the curated graph and what they changed."""

from fastapi import APIRouter

router = APIRouter(tags=["revisions"])
