"""Folders of the benchmarks, all named here so that no module depends on how deep it lies.

Standard library only: processes whose memory or start is measured import it too.
"""

import sys
from pathlib import Path

BENCHMARKS = Path(__file__).parent
ROOT = BENCHMARKS.parent
RESULTS = BENCHMARKS / "results"
"""NAME.json of a full run is committed, NAME.quick.json is not."""
RUNS_FOLDER = BENCHMARKS / ".runs"
"""What a run keeps so that it is not computed again: trained policies, measured results, managed servers."""
PEERS_FOLDER = BENCHMARKS / ".peers"
"""Environments of other libraries, made on first use."""
DATA = ROOT.parent / "shared" / "data"
"""Public data sets beside the project, never part of it; what needs a missing one is skipped."""
EXAMPLES = ROOT / "examples"
PICTURES = ROOT / "docs" / "pictures"


def locate_python(environment: Path) -> Path:
    """Return the interpreter of a virtual environment."""
    return environment / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
