"""CASE 1.0 competency frameworks, to read, in the shape that the standard gives them."""

from fastapi import APIRouter

router = APIRouter(tags=["case"])
