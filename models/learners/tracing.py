"""Networks that trace knowledge, and their training: Adam on pieces of logs, stopped early on held-out learners."""

from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from models.course import Flags, Floats
from models.learners.contract import Question
from models.learners.log import AnswerLog
from models.learners.protocol import held_out, overlapping, pykt_pieces
from models.learners.sequences import Sequences, asked, batches, each_point, padded

Progress = Callable[[int, float], None]
"""Told after each epoch: its number and the mean log loss on the held-out learners (NaN without any)."""


class Tracer(nn.Module):
    """A network that predicts each answer of a sequence from those before it; H numbers hold a learner's past.

    context: how many answers it looks back, 0 for all.
    """

    context = 0

    @abstractmethod
    def __init__(self, skills: int, items: int, sizes: tuple[int, ...]) -> None:
        """`sizes` are those of `sizes_for`."""
        super().__init__()

    @classmethod
    @abstractmethod
    def sizes_for(cls, log: AnswerLog) -> tuple[int, ...]:
        """Widths and the like for a log, in the order that the network wants."""

    @abstractmethod
    def forward(self, sequences: Sequences) -> Tensor:
        """Logits of P(right) of each answer from those before it, (B, T)."""

    @abstractmethod
    def start(self) -> Tensor:
        """What is known of a new learner, (1, H)."""

    @abstractmethod
    def step(self, learner: Tensor, answer: Sequences) -> Tensor:
        """(B, H) after one answer each; T = 1."""

    @abstractmethod
    def ahead(self, learner: Tensor, questions: Sequences) -> Tensor:
        """Logits of P(right) if each of the T questions came next, (B, T)."""

    def updated(self, learner: Floats, question: Question, right: Flags) -> Floats:
        """`step` on arrays, (B, H)."""
        with torch.inference_mode():
            return self.step(torch.as_tensor(learner, dtype=torch.float32), asked(question, right)).numpy()

    def chance(self, learner: Floats, question: Question) -> Floats:
        """P(right) of the question, (B, 1)."""
        return self._chance(learner, asked(question, np.zeros(len(question.item), dtype=bool)))

    def chances(self, learner: Floats, question: Question) -> Floats:
        """P(right) if the next question were to each point alone, (B, P)."""
        return self._chance(learner, each_point(question))

    def _chance(self, learner: Floats, questions: Sequences) -> Floats:
        with torch.inference_mode():
            return self.ahead(torch.as_tensor(learner, dtype=torch.float32), questions).sigmoid().numpy()

    def logits(self, log: AnswerLog, answers: int = 20_000) -> Floats:
        """Logits of all answers of a log, (A,), in batches of `answers` with padding."""
        if not self.context:
            return self._logits(log, answers)
        pieces, rows, new = overlapping(log, 3 * self.context, self.context)
        found = np.empty(len(log.right), dtype=np.float32)
        found[rows[new]] = self._logits(pieces, answers)[new]
        return found

    def _logits(self, log: AnswerLog, answers: int) -> Floats:
        found = np.empty(len(log.right), dtype=np.float32)
        with torch.inference_mode():
            for who in batches(log, answers):
                sequences, rows = padded(log, who)
                found[rows] = self(sequences)[sequences.real].numpy()
        return found


@dataclass(frozen=True)
class TrainingSettings:
    """How a network is trained.

    On held-out training learners of ASSISTments 2009, batches of 4,000 cost DKT .003 and simpleKT .001 AUC, and half
    the rate changes nothing; the other values are customary and were not tried.

    Attributes:
        epochs: at most.
        patience: epochs without a better held-out loss before it stops.
        answers: of a batch, padding included.
        rate: Adam's first learning rate; it falls along a half cosine to a tenth.
        held_out: share of learners to stop by.
        longest: answers of a piece; 200 in the pyKT benchmark.
        clip: largest norm of a gradient.
    """

    epochs: int = 12
    patience: int = 3
    answers: int = 2000
    rate: float = 3e-3
    held_out: float = 0.1
    longest: int = 200
    clip: float = 1.0

    def rate_at(self, epoch: int) -> float:
        """The learning rate of an epoch, counted from 0."""
        return float(self.rate * (0.55 + 0.45 * np.cos(np.pi * epoch / self.epochs)))


@contextmanager
def one_thread() -> Iterator[None]:
    """Small tensors are slower on several threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def train(
    network: Tracer, log: AnswerLog, settings: TrainingSettings, seed: int, progress: Progress | None = None
) -> None:
    """Trains in place and leaves the weights of the best epoch; with nobody held out, those of the last."""
    inside, outside = (pykt_pieces(part, settings.longest, 1) for part in held_out(log, settings.held_out, seed))
    optimizer, shuffle = torch.optim.Adam(network.parameters()), np.random.default_rng(seed)
    best, best_epoch, kept = np.inf, 0, network.state_dict()
    for epoch in range(settings.epochs):
        for group in optimizer.param_groups:
            group["lr"] = settings.rate_at(epoch)
        train_epoch(network, inside, optimizer, settings, shuffle)
        loss = log_loss(network, outside)
        if progress:
            progress(epoch, loss)
        if not loss >= best:
            best, best_epoch, kept = loss, epoch, deepcopy(network.state_dict())
        if epoch - best_epoch >= settings.patience:
            break
    network.load_state_dict(kept)


def train_epoch(
    network: Tracer,
    log: AnswerLog,
    optimizer: torch.optim.Optimizer,
    settings: TrainingSettings,
    shuffle: np.random.Generator,
) -> None:
    """One pass over the log in a new order."""
    network.train()
    for who in batches(log, settings.answers, shuffle):
        sequences, _ = padded(log, who)
        real, logit = sequences.real, network(sequences)
        loss = binary_cross_entropy_with_logits(logit[real], sequences.right[real])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), settings.clip)
        optimizer.step()
    network.eval()


def log_loss(network: Tracer, log: AnswerLog) -> float:
    """Mean over the answers of a log; NaN without any."""
    sign = np.where(log.right, 1.0, -1.0)
    return float(np.logaddexp(0, -sign * network.logits(log)).mean()) if len(sign) else float("nan")
