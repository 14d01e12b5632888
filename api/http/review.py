"""Proposed prerequisites and relations, and what a person says of them."""

from fastapi import APIRouter

router = APIRouter(tags=["review"])
