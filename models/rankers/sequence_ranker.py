"""What rankers on a sequence network share: fitting, vectors, parameters.

A learner's vector is the network's state h at the last event; an item's is E, its bias b. Items without an event in
training are passed over in histories. Left out: time between events.
"""

from dataclasses import asdict, fields
from typing import ClassVar, Self

import numpy as np
import torch

from graph.errors import Invalid
from models.rankers.contract import Catalogue, History, InteractionLog, Parameters, VectorRanker, known_items
from models.rankers.measures import evaluate
from models.rankers.sequence_training import (
    Floats,
    Ints,
    SequenceNetwork,
    SequenceSettings,
    Training,
    Windows,
    rows_of,
)
from models.rankers.trial import Trial, cut_in_time

KNOWN, SETTING = "known", "settings."
MOMENTS = 2000
"""At which a network is judged after each epoch."""
REPEATED = 0.1
"""Share of the events that repeat an item, from which on any item may come again."""


class SequenceRanker(VectorRanker):
    """A ranker on a `SequenceNetwork`. Parameters: its weights, its settings, and `known` (K,), the items it knows."""

    architecture: ClassVar[type[SequenceNetwork]]
    Settings: ClassVar[type[SequenceSettings]]

    def __init__(self, items: tuple[str, ...], known: Ints, settings: SequenceSettings) -> None:
        """`known` are positions in `items`; first weights come from torch's random numbers."""
        self.known, self.settings = known, settings
        self.place = np.full(len(items), -1)
        self.place[known] = np.arange(len(known))
        self.network = self.architecture(len(known), settings).eval()
        super().__init__(items, np.full((len(items), settings.width), np.nan))
        self._read_vectors()

    @classmethod
    def fit(
        cls,
        log: InteractionLog,
        catalogue: Catalogue | None = None,
        settings: SequenceSettings | None = None,
        seed: int = 0,
    ) -> Self:
        """See `Ranker.fit`; where there is a GPU it is used, and repeats itself only as far as its kernels do."""
        settings = settings or cls.Settings()
        if not (log.lengths > 1).any():
            raise Invalid("Sequences need a learner with at least two events.")
        epochs, notes = cls._epochs(log, settings, seed)
        model, _ = cls._trained(log, settings, seed, epochs)
        model.notes = notes
        return model

    @classmethod
    def _epochs(cls, log: InteractionLog, settings: SequenceSettings, seed: int) -> tuple[int, tuple[str, ...]]:
        """How many rank the last part of the log best after training on the rest of it; and notes."""
        if not settings.held_out:
            return settings.epochs, ()
        trial = cut_in_time(log, settings.held_out, MOMENTS, seed, repeats=repeated(log) > REPEATED)
        if not len(trial) or not (trial.training.lengths > 1).any():
            return settings.epochs, (f"Too few events to stop by; trained for {settings.epochs} epochs at most.",)
        _, best = cls._trained(trial.training, settings, seed, settings.epochs, trial)
        return best, ()

    @classmethod
    def _trained(
        cls, log: InteractionLog, settings: SequenceSettings, seed: int, epochs: int, trial: Trial | None = None
    ) -> tuple[Self, int]:
        """A ranker after so many epochs or, with a trial, some epochs past its best on it; and that best epoch."""
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            model = cls(log.items, np.flatnonzero(known_items(log)), settings)
            windows = Windows(log, model.place, settings.longest, settings.stride)
            training = Training(model.network, windows, settings, seed)
            best = training.run(epochs, None if trial is None else lambda: model._figure(trial))
        model._read_vectors()
        return model, best

    def _figure(self, trial: Trial) -> float:
        """NDCG@10."""
        self._read_vectors()
        return evaluate(self, trial, timed=0).figures()["ndcg10"]

    def _read_vectors(self) -> None:
        self.vectors[self.known] = self.network.item.detach().numpy()
        self.bias[self.known] = self.network.bias.detach().numpy()

    def learners(self, history: History) -> Floats:
        """See `VectorRanker.learners`; NaN without an event of a known item."""
        rows = rows_of(history, self.place, self.settings.longest)
        return np.where(rows.length[:, None] > 0, self.network.last(rows), np.float32(np.nan))

    def parameters(self) -> Parameters:
        """See the class."""
        weights = {name: value.numpy().copy() for name, value in self.network.state_dict().items()}
        settings = {SETTING + name: np.array(value) for name, value in asdict(self.settings).items()}
        return weights | settings | {KNOWN: self.known}

    @classmethod
    def from_parameters(cls, items: tuple[str, ...], parameters: Parameters) -> Self:
        """See `Ranker.from_parameters`."""
        settings = cls.Settings(**{each.name: parameters[SETTING + each.name].item() for each in fields(cls.Settings)})
        model = cls(items, parameters[KNOWN], settings)
        names = model.network.state_dict().keys()
        model.network.load_state_dict({name: torch.tensor(parameters[name]) for name in names})
        model._read_vectors()
        return model


def repeated(log: InteractionLog) -> float:
    """Share of the events whose learner did the item before."""
    pairs = np.unique(log.learner * len(log.items) + log.item)
    return 1 - len(pairs) / max(1, len(log))


__all__ = ["SequenceNetwork", "SequenceRanker", "SequenceSettings"]
