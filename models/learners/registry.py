"""The learner models there are, by name; and fitted ones on disk. A model's module is imported when it is asked for.

On disk a model is a folder: `learner.json` (name, skills, items, notes, when, figures) and the arrays it names,
`parameters-HASH.npz`. The JSON is replaced last, so a reader finds the old model or the new one, whole.
"""

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from graph.errors import Invalid, SetupFailed
from models.learners.contract import LearnerModel, Parameters

HEADER = "learner.json"


class Entry(NamedTuple):
    """Where a model is, what it is in one sentence, and whether it says nothing without dated answers."""

    module: str
    attribute: str
    about: str
    needs_clock: bool = False


MODELS: dict[str, Entry] = {
    "share": Entry(
        "models.learners.baseline", "ShareModel", "The share of right answers to each skill: what others must beat."
    ),
    "gain": Entry("models.learners.gain", "Gain", "Gain, propagation and forgetting with rates fitted to the log."),
    "bkt": Entry("models.learners.bkt", "BKT", "Bayesian Knowledge Tracing, four parameters a skill, by exact EM."),
    "bkt_forget": Entry("models.learners.bkt", "ForgettingBKT", "The same with a rate of forgetting for each skill."),
    "pfa": Entry("models.learners.logistic", "PFA", "Performance factors: skill, right and wrong answers so far."),
    "best_lr": Entry(
        "models.learners.logistic", "BestLR", "Logistic regression on item, skill, counts and recent answers."
    ),
    "dkt": Entry("models.learners.dkt", "DKT", "Deep Knowledge Tracing: a recurrent network (takes minutes to fit)."),
    "simplekt": Entry(
        "models.learners.simplekt", "SimpleKT", "Attention over the last 100 answers (takes minutes to fit)."
    ),
    "irt_1pl": Entry("models.learners.item_response", "OneParameter", "Item response: one ability, item difficulties."),
    "irt_2pl": Entry("models.learners.item_response", "TwoParameter", "The same with each item's discrimination."),
    "irt_3pl": Entry("models.learners.item_response", "ThreeParameter", "The same with guessing."),
    "fsrs": Entry(
        "models.learners.memory",
        "FSRS",
        "FSRS-6: stability and difficulty of each point, recall now, when to review.",
        True,
    ),
}
"""In the order that `lodestar learners` lists them."""


class Saved(NamedTuple):
    """A model read from disk, with the notes of its fit, when that was (UTC) and what was measured of it then.

    `version` changes with the parameters.
    """

    model: LearnerModel
    version: str
    when: datetime
    figures: Mapping[str, float]


def learner_model(name: str) -> type[LearnerModel]:
    """The class called `name`; raises `Invalid` for a name that is not listed."""
    if name not in MODELS:
        raise Invalid(f"There is no learner model {name!r}; there are {', '.join(MODELS)}.", "LEARNER_MODEL")
    found: type[LearnerModel] = getattr(import_module(MODELS[name].module), MODELS[name].attribute)
    return found


def save(model: LearnerModel, folder: Path, figures: Mapping[str, float] | None = None) -> None:
    """Write a fitted model to `folder` in place of the one that is there."""
    folder.mkdir(parents=True, exist_ok=True)
    content = _packed(model.parameters())
    arrays = f"parameters-{hashlib.sha256(content).hexdigest()[:16]}.npz"
    _write(folder / arrays, content)
    header = {
        "name": model.name,
        "skills": model.skills,
        "items": model.items,
        "notes": model.notes,
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "figures": dict(figures or {}),
        "parameters": arrays,
    }
    _write(folder / HEADER, json.dumps(header, ensure_ascii=False, indent=1).encode())
    for old in folder.glob("parameters-*.npz"):
        if old.name != arrays:
            old.unlink(missing_ok=True)


def load(folder: Path) -> Saved:
    """The model in `folder`. Raises `SetupFailed` where there is none or it cannot be read."""
    path = folder / HEADER
    if not path.is_file():
        raise SetupFailed(f"There is no fitted learner model in {folder}. Fit one: lodestar learners fit")
    try:
        header: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        with np.load(folder / header["parameters"], allow_pickle=False) as arrays:
            parameters = {name: arrays[name] for name in arrays.files}
        skills, items, notes = (tuple(header[name]) for name in ("skills", "items", "notes"))
        when = datetime.fromisoformat(header["when"])
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise SetupFailed(f"{path} cannot be read ({error}). Delete the folder and fit again.") from error
    model = learner_model(header["name"]).from_parameters(skills, items, parameters)
    model.notes = notes
    version = f"{model.name}-{header['parameters'].removeprefix('parameters-')[:8]}"
    return Saved(model, version, when, header["figures"])


def _packed(parameters: Parameters) -> bytes:
    """The arrays as npz, with any names; an array of Python objects would need pickle and raises `ValueError`."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in parameters.items():
            with archive.open(f"{name}.npy", "w") as member:
                np.lib.format.write_array(member, np.asarray(array), allow_pickle=False)
    return file.getvalue()


def _write(path: Path, content: bytes) -> None:
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    os.replace(part, path)
