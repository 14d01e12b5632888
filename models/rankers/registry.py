"""The rankers there are, by name; and fitted ones on disk. A ranker's module is imported when it is asked for.

On disk a ranker is a folder (`models/stored.py`) with `ranker.json`: name, items, notes, when, figures.
"""

from collections.abc import Mapping
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from graph.errors import Invalid
from models import stored
from models.rankers.contract import Ranker

HEADER = "ranker.json"


class Entry(NamedTuple):
    """Where a ranker is, its family, and what it is in one sentence."""

    module: str
    attribute: str
    family: str
    about: str


RANKERS: dict[str, Entry] = {
    "again": Entry("models.rankers.again", "Again", "reference", "What was done last, again, where that may be."),
    "popular": Entry("models.rankers.popularity", "Popular", "popularity", "What most learners did."),
    "popular_level": Entry(
        "models.rankers.popularity", "PopularAtLevel", "popularity", "What most learners did at the learner's level."
    ),
    "trending": Entry("models.rankers.popularity", "Trending", "popularity", "What most learners did lately."),
    "tfidf": Entry("models.rankers.tfidf", "TfIdf", "content", "Words and traits like those of what was done."),
    "embeddings": Entry(
        "models.rankers.embeddings", "Embeddings", "content", "The same by sentence embeddings (extra: text)."
    ),
    "item_knn": Entry("models.rankers.neighbours", "ItemKNN", "collaborative", "What was done along with it."),
    "als": Entry("models.rankers.als", "ALS", "collaborative", "Alternating least squares on who did what."),
    "bpr": Entry("models.rankers.bpr", "BPR", "collaborative", "Bayesian personalised ranking."),
    "mf": Entry("models.rankers.factorisation", "MF", "collaborative", "Matrix factorisation of outcomes."),
    "hybrid": Entry("models.rankers.hybrid", "Hybrid", "hybrid", "Content and collaborative, weighed by the data."),
    "gru4rec": Entry("models.rankers.gru4rec", "GRU4Rec", "sequence", "A recurrent network over what was done."),
    "sasrec": Entry("models.rankers.sasrec", "SASRec", "sequence", "Self-attention over what was done."),
    "lightgcn": Entry("models.rankers.lightgcn", "LightGCN", "graph", "Light graph convolution over who did what."),
}
"""In the order of the ladder, simplest first."""


class Saved(NamedTuple):
    """A ranker read from disk, with when it was fitted (UTC) and what was measured of it then."""

    ranker: Ranker
    version: str
    when: datetime
    figures: Mapping[str, float]


def ranker(name: str) -> type[Ranker]:
    """The class called `name`; raises `Invalid` for a name that is not listed."""
    if name not in RANKERS:
        raise Invalid(f"There is no ranker {name!r}; there are {', '.join(RANKERS)}.", "strategy")
    found: type[Ranker] = getattr(import_module(RANKERS[name].module), RANKERS[name].attribute)
    return found


def save(model: Ranker, folder: Path, figures: Mapping[str, float] | None = None) -> None:
    """Write a fitted ranker to `folder` in place of the one that is there."""
    stored.save(model, folder / HEADER, {"items": model.items}, figures)


def load(folder: Path) -> Saved:
    """The ranker in `folder`. Raises `SetupFailed` where there is none or it cannot be read."""
    missing = f"There is no fitted ranker in {folder}. Fit it: lodestar evaluate COURSE --offline"
    found = stored.load(folder / HEADER, ("items",), missing)
    model = ranker(found.header["name"]).from_parameters(tuple(found.header["items"]), found.parameters)
    model.notes = tuple(found.header["notes"])
    return Saved(model, found.version, found.when, found.figures)
