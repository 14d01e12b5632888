"""Neural learner models: what DKT and simpleKT share — padded sequences, training, and the learner model on a network.

M = 1: the answers to a point, each counted as its importance; the standard deviation of mastery is that of a Beta
distribution worth n₀ and these answers (`models.knowledge_tracing.base`). H is the network's own. Mastery of a point is
P(right) if the next question were to it alone, without an item. Left out: time.

Training: Adam on pieces of logs, stopped early on held-out learners. `AnswerSequences` are answer logs and questions as
padded tensors (B, T).
"""

from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import torch
from scipy.special import expit
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from models.arrays import NO_INDEX, Flags, Floats, Ints
from models.knowledge_tracing.answer_log import AnswerLog
from models.knowledge_tracing.base import (
    Estimate,
    LearnerModel,
    ModelState,
    Question,
    estimate_mastery,
    fit_prior_answers,
    mask_importance,
    note_few_answers,
)
from models.knowledge_tracing.evaluation import cut_overlapping_pieces, cut_pykt_pieces, split_held_out
from models.storage import Parameters

EpochCallback = Callable[[int, float], None]
"""Called after each epoch with its number and the mean log loss on the held-out learners (NaN without any)."""
SIZES_KEY, PRIOR_ANSWERS_KEY = "sizes", "prior_answers"
"""Names of the parameters beside those of the network."""


@dataclass(frozen=True, eq=False)
class AnswerSequences:
    """T questions to each of B learners and their answers, padded.

    Attributes:
        skill: (B, T, S) indices, NO_INDEX where there is none.
        weight: (B, T, S) importance of each, 0 where it does not count.
        item: (B, T) index or NO_INDEX.
        right: (B, T) 0 or 1.
        real: (B, T) whether it is an answer and not padding.
    """

    skill: Tensor
    weight: Tensor
    item: Tensor
    right: Tensor
    real: Tensor


def pad_sequences(log: AnswerLog, who: Ints) -> tuple[AnswerSequences, Ints]:
    """Return the answers of these learners, and their rows in the log in the order of the true entries of `real`."""
    lengths = log.lengths[who]
    index = np.arange(int(lengths.max(initial=0)))
    real = index < lengths[:, None]
    rows = np.where(real, log.starts[who][:, None] + index, 0)
    skill = torch.from_numpy(np.where(real[..., None], log.skill[rows], NO_INDEX))
    item = torch.from_numpy(np.where(real, log.item[rows], NO_INDEX))
    right = torch.from_numpy((real & log.right[rows]).astype(np.float32))
    return AnswerSequences(skill, (skill >= 0).float(), item, right, torch.from_numpy(real)), rows[real]


def make_embedding_table(skills: int, width: int, scale: float) -> nn.Parameter:
    """Return a table (N + 1, D): normal values for each skill and, last, zeros for a question without a known one."""
    return nn.Parameter(torch.cat([torch.randn(skills, width) * scale, torch.zeros(1, width)]))


def average_embeddings(table: Tensor, skill: Tensor, weight: Tensor) -> Tensor:
    """Average the rows of `table` (N + 1, D) over the skills of a question by weight, (…, S) → (…, D).

    The last row stands for a question without a known skill.
    """
    if not skill.shape[-1]:
        return table[-1].expand(*skill.shape[:-1], -1)
    known = weight > 0
    total = weight.sum(-1, keepdim=True)
    share = torch.where(total > 0, weight / total.clamp(min=1e-9), 1 / weight.shape[-1])
    rows = table[torch.where(known, skill, len(table) - 1)]
    return (rows * share[..., None]).sum(-2)


def make_batches(log: AnswerLog, answers: int, shuffle: np.random.Generator | None = None) -> list[Ints]:
    """Group all learners with answers by length; a group pads to at most `answers` or has one learner."""
    jitter = 0.0 if shuffle is None else shuffle.random(len(log.lengths))
    order = np.argsort(log.lengths + jitter, kind="stable")
    order, groups, first = order[log.lengths[order] > 0], [], 0
    while first < len(order):
        sizes = log.lengths[order[first:]] * np.arange(1, len(order) - first + 1)
        count = max(1, int(np.searchsorted(sizes, answers, side="right")))
        groups.append(order[first : first + count])
        first += count
    return groups if shuffle is None else [groups[i] for i in shuffle.permutation(len(groups))]


def make_question_sequence(question: Question, right: Flags) -> AnswerSequences:
    """Return the question and its answers as a sequence of length 1."""
    skill, item = (torch.as_tensor(part, dtype=torch.int64)[:, None] for part in (question.points, question.item))
    importance, answer = (torch.as_tensor(part, dtype=torch.float32)[:, None] for part in (question.importance, right))
    return AnswerSequences(skill, torch.where(skill >= 0, importance, 0), item, answer, torch.ones_like(item) > 0)


def make_point_sequence(question: Question) -> AnswerSequences:
    """Return each point of the question as a question of its own, without an item."""
    skill = torch.as_tensor(question.points, dtype=torch.int64)
    known = skill >= 0
    return AnswerSequences(
        skill[..., None], known[..., None].float(), torch.full_like(skill, NO_INDEX), known.float(), known
    )


class KTNetwork(nn.Module):
    """A network that predicts each answer of a sequence from those before it, with a state of H numbers per learner.

    Attributes:
        context: number of earlier answers that a prediction uses, 0 for all.
    """

    context = 0

    @abstractmethod
    def __init__(self, skills: int, items: int, sizes: tuple[int, ...]) -> None:
        """Create the layers; `sizes` are those of `sizes_for`."""
        super().__init__()

    @classmethod
    @abstractmethod
    def sizes_for(cls, log: AnswerLog) -> tuple[int, ...]:
        """Return the sizes of the layers for a log, in the order that `__init__` expects."""

    @abstractmethod
    def forward(self, sequences: AnswerSequences) -> Tensor:
        """Return logits of P(right) of each answer from those before it, (B, T)."""

    @abstractmethod
    def start(self) -> Tensor:
        """Return the state of a new learner, (1, H)."""

    @abstractmethod
    def step(self, learner: Tensor, answer: AnswerSequences) -> Tensor:
        """Return the state (B, H) after one answer each; T = 1."""

    @abstractmethod
    def forward_next(self, learner: Tensor, questions: AnswerSequences) -> Tensor:
        """Return logits of P(right) if each of the T questions came next, (B, T)."""

    def step_arrays(self, learner: Floats, question: Question, right: Flags) -> Floats:
        """Run `step` on arrays, (B, H)."""
        with torch.inference_mode():
            return self.step(
                torch.as_tensor(learner, dtype=torch.float32), make_question_sequence(question, right)
            ).numpy()

    def chance(self, learner: Floats, question: Question) -> Floats:
        """Return P(right) of the question, (B, 1)."""
        return self._chance(learner, make_question_sequence(question, np.zeros(len(question.item), dtype=bool)))

    def chances(self, learner: Floats, question: Question) -> Floats:
        """Return P(right) if the next question were to each point alone, (B, P)."""
        return self._chance(learner, make_point_sequence(question))

    def _chance(self, learner: Floats, questions: AnswerSequences) -> Floats:
        with torch.inference_mode():
            return self.forward_next(torch.as_tensor(learner, dtype=torch.float32), questions).sigmoid().numpy()

    def logits(self, log: AnswerLog, answers: int = 20_000) -> Floats:
        """Return logits of all answers of a log, (A,), in batches of `answers` with padding."""
        if not self.context:
            return self._logits(log, answers)
        pieces, rows, new = cut_overlapping_pieces(log, 3 * self.context, self.context)
        found = np.empty(len(log.right), dtype=np.float32)
        found[rows[new]] = self._logits(pieces, answers)[new]
        return found

    def _logits(self, log: AnswerLog, answers: int) -> Floats:
        found = np.empty(len(log.right), dtype=np.float32)
        with torch.inference_mode():
            for who in make_batches(log, answers):
                sequences, rows = pad_sequences(log, who)
                found[rows] = self(sequences)[sequences.real].numpy()
        return found


@dataclass(frozen=True)
class KTTrainingSettings:
    """How to train a network.

    On held-out training learners of ASSISTments 2009, batches of 4,000 cost DKT .003 and simpleKT .001 AUC, and half
    the rate changes nothing; the other values are customary and were not tried.

    Attributes:
        epochs: at most.
        patience: epochs without a better held-out loss before it stops.
        batch_answers: answers of a batch, padding included.
        learning_rate: of Adam at first; it falls along a half cosine to a tenth.
        held_out_share: share of learners whose loss decides when to stop.
        max_answers: answers of a piece at most; 200 in the pyKT benchmark.
        max_grad_norm: norm to which gradients are clipped.
    """

    epochs: int = 12
    patience: int = 3
    batch_answers: int = 2000
    learning_rate: float = 3e-3
    held_out_share: float = 0.1
    max_answers: int = 200
    max_grad_norm: float = 1.0

    def learning_rate_at(self, epoch: int) -> float:
        """Return the learning rate of an epoch, counted from 0."""
        return float(self.learning_rate * (0.55 + 0.45 * np.cos(np.pi * epoch / self.epochs)))


@contextmanager
def use_one_thread() -> Iterator[None]:
    """Run torch on one thread inside the block: small tensors are slower on several."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def train_network(
    network: KTNetwork, log: AnswerLog, settings: KTTrainingSettings, seed: int, progress: EpochCallback | None = None
) -> None:
    """Train in place and keep the weights of the best epoch, or of the last one without held-out learners."""
    inside, outside = (
        cut_pykt_pieces(part, settings.max_answers, 1) for part in split_held_out(log, settings.held_out_share, seed)
    )
    optimizer, shuffle = torch.optim.Adam(network.parameters()), np.random.default_rng(seed)
    best, best_epoch, kept = np.inf, 0, network.state_dict()
    for epoch in range(settings.epochs):
        for group in optimizer.param_groups:
            group["lr"] = settings.learning_rate_at(epoch)
        train_epoch(network, inside, optimizer, settings, shuffle)
        loss = compute_log_loss(network, outside)
        if progress:
            progress(epoch, loss)
        if not loss >= best:
            best, best_epoch, kept = loss, epoch, deepcopy(network.state_dict())
        if epoch - best_epoch >= settings.patience:
            break
    network.load_state_dict(kept)


def train_epoch(
    network: KTNetwork,
    log: AnswerLog,
    optimizer: torch.optim.Optimizer,
    settings: KTTrainingSettings,
    shuffle: np.random.Generator,
) -> None:
    """Train for one pass over the log in a new order."""
    network.train()
    for who in make_batches(log, settings.batch_answers, shuffle):
        sequences, _ = pad_sequences(log, who)
        real, logit = sequences.real, network(sequences)
        loss = binary_cross_entropy_with_logits(logit[real], sequences.right[real])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), settings.max_grad_norm)
        optimizer.step()
    network.eval()


def compute_log_loss(network: KTNetwork, log: AnswerLog) -> float:
    """Return the mean log loss over the answers of a log; NaN without any."""
    sign = np.where(log.right, 1.0, -1.0)
    return float(np.logaddexp(0, -sign * network.logits(log)).mean()) if len(sign) else float("nan")


class NeuralModel(LearnerModel):
    """A learner model on a `KTNetwork`. Parameters: the network's, its `sizes`, and `prior_answers` n₀ ()."""

    architecture: ClassVar[type[KTNetwork]]

    def __init__(self, skills: tuple[str, ...], items: tuple[str, ...], sizes: tuple[int, ...]) -> None:
        self.skills, self.items, self.notes = skills, items, ()
        self.sizes, self.prior = sizes, 0.0
        self.network = self.architecture(len(skills), len(items), sizes).eval()

    @classmethod
    def fit(
        cls,
        log: AnswerLog,
        seed: int = 0,
        settings: KTTrainingSettings | None = None,
        progress: EpochCallback | None = None,
    ) -> Self:
        """Train on a log, on one thread. The seed decides first weights, order and the learners held out."""
        with torch.random.fork_rng(devices=[]), use_one_thread():
            torch.manual_seed(seed)
            model = cls(log.skills, log.items, cls.architecture.sizes_for(log))
            train_network(model.network, log, settings or KTTrainingSettings(), seed, progress)
            model.prior, model.notes = fit_prior_answers(log, model.replay(log)), note_few_answers(log)
        return model

    def parameters(self) -> Parameters:
        """Return the network's weights, `sizes` and `prior_answers`."""
        weights = {name: value.numpy().copy() for name, value in self.network.state_dict().items()}
        return weights | {SIZES_KEY: np.array(self.sizes), PRIOR_ANSWERS_KEY: np.array(self.prior)}

    @classmethod
    def from_parameters(cls, skills: tuple[str, ...], items: tuple[str, ...], parameters: Parameters) -> Self:
        """Restore the model from `parameters()`, without notes."""
        model = cls(skills, items, tuple(int(size) for size in parameters[SIZES_KEY]))
        weights = {
            name: torch.tensor(value)
            for name, value in parameters.items()
            if name not in (SIZES_KEY, PRIOR_ANSWERS_KEY)
        }
        model.network.load_state_dict(weights)
        model.prior = float(parameters[PRIOR_ANSWERS_KEY])
        return model

    def start(self) -> ModelState:
        """Return the network's state before any answer, and no answers to any point."""
        with torch.inference_mode():
            return ModelState(self.network.start().numpy(), np.zeros((1, len(self.skills), 1), dtype=np.float32))

    def update(self, state: ModelState, question: Question, right: Flags) -> ModelState:
        """Run one step of the network and count the answers to each point."""
        learner = self.network.step_arrays(state.learner, question, right)
        return ModelState(learner, state.points + mask_importance(question)[..., None])

    def predict(self, state: ModelState, question: Question) -> Floats:
        """Return P(right), (B,)."""
        return self.network.chance(state.learner, question)[:, 0]

    def mastery(self, state: ModelState, question: Question) -> Estimate:
        """Return P(right) on each point as the next question, worth n₀ + answers to it."""
        return estimate_mastery(self.network.chances(state.learner, question), self.prior + state.points[..., 0])

    def replay(self, log: AnswerLog) -> Floats:
        """Predict whole sequences at once, (A,)."""
        return np.asarray(expit(self.network.logits(log)))
