"""docs/architecture.md names every module that a real recommendation and a real outcome enter."""

import asyncio
import inspect
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = ("graph/", "models/", "services/", "api/")
DOCUMENT = ROOT / "docs" / "architecture.md"


@contextmanager
def collect_entered_modules() -> Iterator[dict[str, None]]:
    """Collect the product's modules that are entered by a call, in order, each by its path from the root."""
    entered: dict[str, None] = {}
    prefix = f"{ROOT}/"

    def note(frame: FrameType, event: str, argument: object) -> None:
        path = frame.f_code.co_filename
        is_function = frame.f_code.co_flags & inspect.CO_OPTIMIZED  # not the body of a module or class: imports
        if event == "call" and is_function and path.startswith(prefix) and path[len(prefix) :].startswith(PRODUCT):
            entered[path[len(prefix) :]] = None

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield entered
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def list_named_modules(journey: str) -> set[str]:
    """The modules that the section `journey` of the document names."""
    sections = re.split(r"^## ", DOCUMENT.read_text(encoding="utf-8"), flags=re.MULTILINE)
    [section] = [each for each in sections if each.startswith(f"{journey}\n")]
    return set(re.findall(r"`([a-z_/]+\.py)`", section))


@pytest.mark.database
async def test_the_journeys_name_every_module_that_is_entered(api):
    await asyncio.wait_for(api.app.state.warm.wait(), 60)
    await api.post("/v1/learners", {"id": "ana", "goals": [{"point": "little/adjectives"}]}, 201)
    with collect_entered_modules() as recommendation:
        [step] = (await api.post("/v1/learners/ana/recommendations"))["recommendations"]
    with collect_entered_modules() as outcome:
        await api.post("/v1/outcomes", {"learner": "ana", "recommendation": step["id"], "right": True})
    for journey, entered in {"A recommendation": recommendation, "An outcome": outcome}.items():
        assert "api/http/recommendations.py" in entered, "nothing was traced"
        missing = [path for path in entered if path not in list_named_modules(journey)]
        assert not missing, f"docs/architecture.md, section {journey!r}, does not name {missing}"


def test_every_module_that_is_named_exists():
    named = set(re.findall(r"`([a-z_]+/[a-z_/]+\.py)`", DOCUMENT.read_text(encoding="utf-8")))
    assert named and not [path for path in named if not (ROOT / path).exists()]
