"""pyBKT for benchmarks/knowledge_tracing/peers.py, in its own environment: fit one log, predict another, time the fit.

Called with a folder that holds train.npz and test.npz (user, skill, correct, in order) and options, `forgets` or
`serial`; writes chances.npy (test rows) and prints the CPU seconds of the fit alone. The rest is pyBKT's default:
5 random starts a skill, at most 100 passes each; parallel unless `serial`.
"""

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from pyBKT.models import Model


def main() -> None:
    """Fit, predict, write."""
    folder, options = Path(sys.argv[1]), sys.argv[2:]
    train, test = (make_frame(folder / f"{name}.npz") for name in ("train", "test"))
    model = Model(seed=42, parallel="serial" not in options)
    began = time.process_time()
    model.fit(data=train, forgets="forgets" in options)
    print(f"SECONDS {time.process_time() - began}")
    np.save(folder / "chances.npy", model.predict(data=test)["correct_predictions"].sort_index().to_numpy())


def make_frame(path: Path) -> pd.DataFrame:
    """A log as pyBKT wants it."""
    log = np.load(path)
    columns = {"user_id": log["user"], "skill_name": [f"s{skill}" for skill in log["skill"]], "correct": log["correct"]}
    return pd.DataFrame(columns | {"order_id": np.arange(len(log["user"]))})


if __name__ == "__main__":
    main()
