"""Everything under /v1, behind the API key, with the problems that it may answer with."""

from fastapi import APIRouter, Depends

from api.http import catalogue, diagnostics, learners, recommendations
from api.http.replies import PROBLEMS
from api.http.security import check_key
