"""The rankers by name, and fitted rankers on disk. A ranker's module is imported on first use.

On disk a ranker is a folder (`models.storage`) with `ranker.json`: name, items, notes, time of the fit, figures.
"""

from collections.abc import Mapping
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from graph.errors import Invalid
from models import storage
from models.rankers.base import Ranker

HEADER_FILE = "ranker.json"


class RankerEntry(NamedTuple):
    """Module and class of a ranker, its family, and one sentence about it."""

    module: str
    attribute: str
    family: str
    about: str


RANKERS: dict[str, RankerEntry] = {
    "again": RankerEntry(
        "models.rankers.popularity", "RepeatLast", "reference", "What was done last, again, where that may be."
    ),
    "popular": RankerEntry("models.rankers.popularity", "Popular", "popularity", "What most learners did."),
    "popular_level": RankerEntry(
        "models.rankers.popularity", "PopularAtLevel", "popularity", "What most learners did at the learner's level."
    ),
    "trending": RankerEntry("models.rankers.popularity", "Trending", "popularity", "What most learners did lately."),
    "tfidf": RankerEntry("models.rankers.content", "TfIdf", "content", "Words and traits like those of what was done."),
    "embeddings": RankerEntry(
        "models.rankers.content", "Embeddings", "content", "The same by sentence embeddings (extra: text)."
    ),
    "item_knn": RankerEntry("models.rankers.item_knn", "ItemKNN", "collaborative", "What was done along with it."),
    "als": RankerEntry("models.rankers.als", "ALS", "collaborative", "Alternating least squares on who did what."),
    "bpr": RankerEntry("models.rankers.bpr", "BPR", "collaborative", "Bayesian personalised ranking."),
    "mf": RankerEntry("models.rankers.mf", "MF", "collaborative", "Matrix factorisation of outcomes."),
    "hybrid": RankerEntry(
        "models.rankers.hybrid", "Hybrid", "hybrid", "Content and collaborative, weighed by the data."
    ),
    "gru4rec": RankerEntry(
        "models.rankers.sequence_networks", "GRU4Rec", "sequence", "A recurrent network over what was done."
    ),
    "sasrec": RankerEntry(
        "models.rankers.sequence_networks", "SASRec", "sequence", "Self-attention over what was done."
    ),
    "lightgcn": RankerEntry(
        "models.rankers.lightgcn", "LightGCN", "graph", "Light graph convolution over who did what."
    ),
}
"""In the order of evaluation, simplest first."""


class SavedRanker(NamedTuple):
    """A ranker read from disk, its version, the time of its fit (UTC) and the figures measured then."""

    ranker: Ranker
    version: str
    fitted_at: datetime
    figures: Mapping[str, float]


def import_ranker(name: str) -> type[Ranker]:
    """Return the class called `name`; raise `Invalid` for a name that is not listed."""
    if name not in RANKERS:
        raise Invalid(f"There is no ranker {name!r}; there are {', '.join(RANKERS)}.", "strategy")
    found: type[Ranker] = getattr(import_module(RANKERS[name].module), RANKERS[name].attribute)
    return found


def save_ranker(model: Ranker, folder: Path, figures: Mapping[str, float] | None = None) -> None:
    """Write a fitted ranker to `folder`, replacing the one that is there."""
    storage.save_model(model, folder / HEADER_FILE, {"items": model.items}, figures)


def load_saved_ranker(folder: Path) -> SavedRanker:
    """Read the ranker in `folder`. Raise `SetupFailed` where there is none or it cannot be read."""
    missing = f"There is no fitted ranker in {folder}. Fit it: lodestar evaluate COURSE --offline"
    found = storage.load_model(folder / HEADER_FILE, ("items",), missing)
    model = import_ranker(found.name).from_parameters(found.read_texts("items"), found.parameters)
    model.notes = found.read_texts("notes")
    return SavedRanker(model, found.version, found.fitted_at, found.figures)
