"""RecBole for benchmarks/recommenders/peers.py, in its own environment: train one of its models, score all moments.

Called in a folder with job.json, training.npz and moments.npz (see `write_trial` of benchmarks/recommenders/peers.py);
writes scores.npy (moments, items), NaN where the model knows neither learner nor item, and prints one line of JSON:
seconds of `fit` alone, of each epoch, its own validation score after each, and versions.

With `epochs` 0 in the job RecBole leaves out each learner's last training event and stops when NDCG@10 on those has
not risen for `stopping_step` epochs; the best epoch's weights score. Otherwise it trains on everything for so many.

RecBole's code is as published. Not used: `recbole.quick_start`, the one module that imports ray; and
`Trainer.evaluate`'s loading of its own checkpoint, which torch ≥ 2.6 refuses (it holds more than tensors): it is read
here instead. The clock of a file is the event's position in the log, so that equal times keep our order.
"""

import json
import sys
import time
from itertools import pairwise
from logging import ERROR, getLogger
from pathlib import Path

import numpy as np
import torch
from recbole import __version__
from recbole.config import Config
from recbole.data import create_dataset
from recbole.data.interaction import Interaction
from recbole.data.utils import create_samplers, get_dataloader
from recbole.trainer import Trainer
from recbole.utils import get_model, init_seed

MAX_HISTORY = 50
FIXED_CONFIG = {
    "data_path": ".",
    "USER_ID_FIELD": "learner",
    "ITEM_ID_FIELD": "item",
    "TIME_FIELD": "at",
    "load_col": {"inter": ["learner", "item", "at"]},
    "MAX_ITEM_LIST_LENGTH": MAX_HISTORY,
    "use_gpu": False,
    "show_progress": False,
    "checkpoint_dir": "saved",
    "metrics": ["NDCG", "Hit"],
    "topk": [10],
    "valid_metric": "NDCG@10",
}


class TimedTrainer(Trainer):
    """RecBole's trainer, which also remembers how long each epoch took."""

    def __init__(self, config, model):
        super().__init__(config, model)
        self.seconds = []

    def _train_epoch(self, *arguments, **named):
        began = time.perf_counter()
        loss = super()._train_epoch(*arguments, **named)
        self.seconds.append(time.perf_counter() - began)
        return loss


def main() -> None:
    """Read, train, score, tell."""
    job = json.loads(Path("job.json").read_text(encoding="utf-8"))
    torch.set_num_threads(job["threads"])
    events, moments = np.load("training.npz"), np.load("moments.npz")
    _write(events)
    getLogger().setLevel(ERROR)
    began = time.perf_counter()
    config = _config(job)
    init_seed(config["seed"], config["reproducibility"])
    dataset = create_dataset(config)
    loaders = _loaders(config, dataset)
    model = get_model(config["model"])(config, loaders[0]._dataset)
    trainer, curve = TimedTrainer(config, model), []
    prepared, processor = time.perf_counter(), time.process_time()
    trainer.fit(*loaders, verbose=False, callback_fn=lambda _, score: curve.append(float(score)))
    trained, processor = time.perf_counter(), time.process_time() - processor
    best = torch.load(trainer.saved_model_file, weights_only=False)
    model.load_state_dict(best["state_dict"])
    model.load_other_parameter(best.get("other_parameter"))
    model.eval()
    np.save("scores.npy", _scores(model, dataset, events, moments))
    told = {
        "train_s": trained - prepared,
        "train_cpu_s": processor,
        "prepare_s": prepared - began,
        "epoch_s": trainer.seconds,
        "best_epoch": best["epoch"] + 1,
        "validation": curve,
        "rows": len(loaders[0]._dataset),
        "versions": {"recbole": __version__, "torch": torch.__version__, "numpy": np.__version__},
    }
    print("TOLD", json.dumps(told))


def _write(events) -> None:
    """The training events as RecBole's atomic file."""
    Path("log").mkdir()
    rows = (
        f"{who}\t{what}\t{at}" for at, (who, what) in enumerate(zip(events["learner"], events["item"], strict=True))
    )
    Path("log/log.inter").write_text("\n".join(["learner:token\titem:token\tat:float", *rows]), encoding="utf-8")


def _config(job) -> Config:
    split = {"RS": [1, 0, 0]} if job["epochs"] else {"LS": "valid_only"}
    settings = FIXED_CONFIG | {"eval_args": {"split": split, "group_by": "user", "order": "TO", "mode": "full"}}
    settings |= {"seed": job["seed"], **job["settings"]}
    if job["epochs"]:
        settings["epochs"] = job["epochs"]
    sys.argv = sys.argv[:1]
    return Config(model=job["model"], dataset="log", config_dict=settings)


def _loaders(config, dataset):
    """Its loaders of training and validation events; the latter only where it stops early."""
    parts = dataset.build()
    samplers = create_samplers(config, dataset, parts)
    phases = ("train", "valid") if len(parts[1]) else ("train",)
    return [
        get_dataloader(config, phase)(config, part, sampler, shuffle=phase == "train")
        for phase, part, sampler in zip(phases, parts, samplers, strict=False)
    ]


def _scores(model, dataset, events, moments):
    """(moments, items) in our numbering of items."""
    items, known = _map_ids(dataset, "item", int(events["items"]))
    learners, _ = _map_ids(dataset, "learner", int(events["learners"]))
    scores = np.full((len(moments["learner"]), len(items)), np.nan, dtype=np.float32)
    starts, history = moments["starts"], items[moments["history"]]
    past = [history[start:end] for start, end in pairwise(starts)]
    past = [each[each > 0][-MAX_HISTORY:] for each in past]
    whose = learners[moments["learner"]]
    sequential = hasattr(model, "ITEM_SEQ")
    able = np.flatnonzero([len(each) > 0 for each in past]) if sequential else np.flatnonzero(whose > 0)
    for rows in np.array_split(able, len(able) // 512 + 1):
        asked = _sequences(model, [past[row] for row in rows]) if sequential else {"learner": whose[rows]}
        with torch.no_grad():
            told = model.full_sort_predict(Interaction({key: torch.as_tensor(value) for key, value in asked.items()}))
        scores[np.ix_(rows, known)] = told.view(len(rows), -1).numpy()[:, items[known]]
    return scores


def _map_ids(dataset, field, count):
    """RecBole's number of each of ours, 0 for one that it has not seen; and which of ours it has."""
    numbers = dataset.field2token_id[field]
    places = np.array([numbers.get(str(each), 0) for each in range(count)])
    return places, np.flatnonzero(places)


def _sequences(model, past):
    table = np.zeros((len(past), MAX_HISTORY), dtype=np.int64)
    for row, each in enumerate(past):
        table[row, : len(each)] = each
    return {model.ITEM_SEQ: table, model.ITEM_SEQ_LEN: np.array([len(each) for each in past])}


if __name__ == "__main__":
    main()
