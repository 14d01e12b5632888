"""RecTools for benchmarks/recommenders/peers.py, in its own environment: train its SASRec, score all moments.

The files and `epochs` are those of benchmarks/workers/recbole.py; nothing of RecTools is changed or stubbed. RecTools
trains on one row a user, the last `session_max_len` + 1 events of each, so every row of events that overlaps the next
by one is passed to it as a user of its own: all events are learnt from, as by our rankers. It stops when NDCG@10 of
each learner's last training event, among what is not in its row, has not risen for `stopping_step` epochs.
"""

import json
import time
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from pytorch_lightning import Callback, Trainer, seed_everything
from pytorch_lightning.callbacks import EarlyStopping, ModelCheckpoint
from rectools.dataset import Dataset
from rectools.models import SASRecModel

MAX_HISTORY = 50
QUIET_TRAINER = {"enable_progress_bar": False, "enable_model_summary": False, "logger": False, "accelerator": "cpu"}


class EpochTimer(Callback):
    """How long each epoch took, and what validation said after it."""

    def __init__(self):
        self.seconds, self.curve, self._began, self._gains = [], [], 0.0, []

    def on_train_epoch_start(self, *_):
        self._began, self._gains = time.perf_counter(), []

    def on_validation_epoch_start(self, trainer, _):
        if not trainer.sanity_checking:
            self.seconds.append(time.perf_counter() - self._began)

    def on_validation_batch_end(self, trainer, module, outputs, batch, *_):
        logits, target = outputs["logits"].view(len(batch["y"]), -1), batch["y"]
        own = logits.gather(1, target)
        above = (logits > own).scatter(1, batch["x"], False)
        rank = 1 + above[:, 1:].sum(dim=1)
        gain = torch.where(rank <= 10, 1 / torch.log2(1.0 + rank), 0.0)
        module.log("ndcg10", gain.mean(), on_epoch=True, batch_size=len(gain))
        self._gains.append(gain)

    def on_validation_epoch_end(self, *_):
        self.curve.append(float(torch.cat(self._gains).mean()))

    def on_train_epoch_end(self, *_):
        if not self.curve:
            self.seconds.append(time.perf_counter() - self._began)


def main() -> None:
    """Read, train, score, tell."""
    job = json.loads(Path("job.json").read_text(encoding="utf-8"))
    torch.set_num_threads(job["threads"])
    seed_everything(job["seed"], verbose=False)
    events, moments = np.load("training.npz"), np.load("moments.npz")
    settings = dict(job["settings"])
    limits = {"epochs": settings.pop("epochs"), "patience": settings.pop("stopping_step")}
    if job["epochs"]:
        limits = {"epochs": job["epochs"], "patience": 0}
    rows = _rows(events)
    chosen = {"get_trainer_func": make_trainer, "get_trainer_func_kwargs": limits, "session_max_len": MAX_HISTORY}
    model = SASRecModel(**settings, **chosen, get_val_mask_func=None if job["epochs"] else find_last_events)
    dataset = Dataset.construct(rows)
    began, processor = time.perf_counter(), time.process_time()
    model.fit(dataset)
    spent = {"train_s": time.perf_counter() - began, "train_cpu_s": time.process_time() - processor}
    watch, keeper = (_callback(model, kind) for kind in (EpochTimer, ModelCheckpoint))
    best = len(watch.seconds)
    if keeper is not None:
        kept = torch.load(keeper.best_model_path, weights_only=False)
        model.lightning_model.load_state_dict(kept["state_dict"])
        best = kept["epoch"] + 1
    np.save("scores.npy", _scores(model, int(events["items"]), moments))
    versions = {name: version(name) for name in ("rectools", "pytorch-lightning", "torch", "numpy")}
    told = spent | {"epoch_s": watch.seconds, "validation": watch.curve, "best_epoch": best, "rows": len(rows)}
    print("TOLD", json.dumps(told | {"versions": versions}))


def make_trainer(epochs: int, patience: int) -> Trainer:
    """Lightning's, which stops early where there is patience."""
    watch, ruler = EpochTimer(), {"monitor": "ndcg10", "mode": "max"}
    stops = [EarlyStopping(patience=patience, **ruler), ModelCheckpoint(dirpath="saved", **ruler)] if patience else []
    every = {"num_sanity_val_steps": 0, "enable_checkpointing": bool(stops)}
    return Trainer(max_epochs=epochs, callbacks=[watch, *stops], **every, **QUIET_TRAINER)


def find_last_events(interactions: pd.DataFrame) -> np.ndarray:
    """Which are the last of their learner."""
    final = interactions["user_id"].astype(str).str.endswith("/0")
    newest = interactions.groupby("user_id")["datetime"].transform("max")
    return (final & (interactions["datetime"] == newest)).to_numpy()


def _rows(events) -> pd.DataFrame:
    """Interactions of LEARNER/ROW, counted from the end; an event that ends one row begins the next."""
    frame = pd.DataFrame({"learner": events["learner"], "item_id": events["item"]})
    frame["at"] = np.arange(len(frame))
    frame["row"], ends = np.divmod(frame.groupby("learner").cumcount(ascending=False), MAX_HISTORY)
    begins = frame[(ends == 0) & (frame["row"] > 0)]
    frame = pd.concat([frame, begins.assign(row=begins["row"] - 1)]).sort_values("at", kind="stable")
    frame["user_id"] = frame["learner"].astype(str) + "/" + frame["row"].astype(str)
    frame["datetime"] = pd.to_datetime(frame["at"], unit="s")
    return frame[["user_id", "item_id", "datetime"]].assign(weight=1.0)


def _callback(model, kind):
    return next((each for each in model.fit_trainer.callbacks if isinstance(each, kind)), None)


def _scores(model, items, moments):
    """(moments, items) in our numbering of items."""
    numbers, net = model.data_preparator.item_id_map.to_internal.to_dict(), model.torch_model.eval()
    places = np.array([numbers.get(each, 0) for each in range(items)])
    known, starts = np.flatnonzero(places), moments["starts"]
    past = [places[moments["history"][start:end]] for start, end in pairwise(starts)]
    past = [each[each > 0][-MAX_HISTORY:] for each in past]
    scores = np.full((len(past), items), np.nan, dtype=np.float32)
    able = np.flatnonzero([len(each) > 0 for each in past])
    with torch.no_grad():
        vectors = net.item_model.get_all_embeddings()
        for rows in np.array_split(able, len(able) // 512 + 1):
            table = np.zeros((len(rows), MAX_HISTORY), dtype=np.int64)
            for place, row in enumerate(rows):
                table[place, MAX_HISTORY - len(past[row]) :] = past[row]
            told = net.encode_sessions({"x": torch.from_numpy(table)}, vectors)[:, -1:]
            scores[np.ix_(rows, known)] = net.similarity_module(told, vectors)[:, 0].numpy()[:, places[known]]
    return scores


if __name__ == "__main__":
    main()
