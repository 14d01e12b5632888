"""implicit's ALS for benchmarks/recommenders/peers.py: train, score all moments with the learners' factors.

The files are those of benchmarks/workers/recbole.py. With `recalculate` in the settings, implicit computes a learner's
factors anew from all earlier events, as its `recommend(recalculate_user=True)` does; otherwise they are those of
training, and a new learner's row is NaN. So is the column of an item without training events.
"""

import json
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from scipy import sparse


def main() -> None:
    """Read, train, score, tell."""
    job = json.loads(Path("job.json").read_text(encoding="utf-8"))
    events, moments = np.load("training.npz"), np.load("moments.npz")
    settings = dict(job["settings"])
    recalculate = settings.pop("recalculate", False)
    if job["epochs"]:
        settings["iterations"] = job["epochs"]
    shape = (int(events["learners"]), int(events["items"]))
    matrix = sparse.csr_matrix((np.ones(len(events["item"]), np.float32), (events["learner"], events["item"])), shape)
    model = AlternatingLeastSquares(**settings, random_state=job["seed"], num_threads=job["threads"])
    epochs = []
    began, processor = time.perf_counter(), time.process_time()
    model.fit(matrix, show_progress=False, callback=lambda _, seconds, *__: epochs.append(seconds))
    spent = {"train_s": time.perf_counter() - began, "train_cpu_s": time.process_time() - processor}
    factors = _recalculated(model, moments, shape[1]) if recalculate else model.user_factors[moments["learner"]]
    scores = factors @ model.item_factors.T
    if recalculate:
        scores[np.diff(moments["starts"]) == 0] = np.nan
    else:
        scores[np.diff(matrix.indptr)[moments["learner"]] == 0] = np.nan
    scores[:, np.bincount(events["item"], minlength=shape[1]) == 0] = np.nan
    np.save("scores.npy", scores.astype(np.float32))
    versions = {name: version(name) for name in ("implicit", "numpy", "scipy")}
    print("TOLD", json.dumps(spent | {"epoch_s": epochs, "rows": matrix.nnz, "versions": versions}))


def _recalculated(model, moments, items):
    ones = np.ones(len(moments["history"]), np.float32)
    past = sparse.csr_matrix((ones, moments["history"], moments["starts"]), (len(moments["learner"]), items))
    past.sum_duplicates()
    return model.recalculate_user(np.arange(past.shape[0]), past)


if __name__ == "__main__":
    main()
