"""The example notebook runs from top to bottom on the real database, and is kept without its outputs."""

import asyncio
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.graph import histories

ROOT = Path(__file__).parent.parent
NOTEBOOK = ROOT / "examples" / "analysis.ipynb"


@pytest.fixture
def notebook():
    return nbformat.read(NOTEBOOK, as_version=4)


def test_it_is_kept_without_outputs(notebook):
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in cells)


@pytest.mark.database
async def test_it_runs_and_draws(notebook, graph, address, monkeypatch):
    """The kernel is this interpreter: jupyter_client offers it as python3 without anything being installed."""
    await histories.write_simulated_history(graph, learners=5, steps=8)
    values = {"NEO4J_URI": address.uri, "NEO4J_USER": address.user, "NEO4J_PASSWORD": address.password}
    for name, value in (values | {"PYTHONPATH": str(ROOT)}).items():
        monkeypatch.setenv(name, value)
    client = NotebookClient(notebook, kernel_name="python3", timeout=120, resources={"metadata": {"path": str(ROOT)}})
    await asyncio.to_thread(client.execute)
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 3
    tables = [output["data"]["text/html"] for output in outputs if "text/html" in output.get("data", {})]
    assert len(tables) == 5 and "weakest_prerequisite" in "".join(tables)
