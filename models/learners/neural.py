"""What learner models on a network share: fitting, weights as arrays, updates, mastery and its spread.

M = 1: the answers to a point, each counted as its importance; the spread of mastery is that of a Beta worth n₀ and
these (`models.learners.spread`). H is the network's own. Mastery of a point is P(right) if the next question were to it
alone, without an item. Left out: time.
"""

from typing import ClassVar, Self

import numpy as np
import torch
from scipy.special import expit

from models.course import Flags, Floats
from models.learners.contract import Estimate, LearnerModel, Memory, Parameters, Question
from models.learners.log import AnswerLog
from models.learners.spread import estimate, few_answers, prior_answers, touched
from models.learners.tracing import Progress, Tracer, TrainingSettings, one_thread, train

SIZES, PRIOR = "sizes", "prior_answers"


class NeuralModel(LearnerModel):
    """A learner model on a `Tracer`. Parameters: the network's, its `sizes`, and `prior_answers` n₀ ()."""

    architecture: ClassVar[type[Tracer]]

    def __init__(self, skills: tuple[str, ...], items: tuple[str, ...], sizes: tuple[int, ...]) -> None:
        self.skills, self.items, self.notes = skills, items, ()
        self.sizes, self.prior = sizes, 0.0
        self.network = self.architecture(len(skills), len(items), sizes).eval()

    @classmethod
    def fit(
        cls,
        log: AnswerLog,
        seed: int = 0,
        settings: TrainingSettings | None = None,
        progress: Progress | None = None,
    ) -> Self:
        """Train on a log, on one thread. The seed decides first weights, order and the learners held out."""
        with torch.random.fork_rng(devices=[]), one_thread():
            torch.manual_seed(seed)
            model = cls(log.skills, log.items, cls.architecture.sizes_for(log))
            train(model.network, log, settings or TrainingSettings(), seed, progress)
            model.prior, model.notes = prior_answers(log, model.replay(log)), few_answers(log)
        return model

    def parameters(self) -> Parameters:
        """See the class."""
        weights = {name: value.numpy().copy() for name, value in self.network.state_dict().items()}
        return weights | {SIZES: np.array(self.sizes), PRIOR: np.array(self.prior)}

    @classmethod
    def from_parameters(cls, skills: tuple[str, ...], items: tuple[str, ...], parameters: Parameters) -> Self:
        """The model that `parameters()` came from, without notes."""
        model = cls(skills, items, tuple(int(size) for size in parameters[SIZES]))
        weights = {name: torch.tensor(value) for name, value in parameters.items() if name not in (SIZES, PRIOR)}
        model.network.load_state_dict(weights)
        model.prior = float(parameters[PRIOR])
        return model

    def start(self) -> Memory:
        """The network's state before any answer, and no answers to any point."""
        with torch.inference_mode():
            return Memory(self.network.start().numpy(), np.zeros((1, len(self.skills), 1), dtype=np.float32))

    def update(self, memory: Memory, question: Question, right: Flags) -> Memory:
        """One step of the network."""
        learner = self.network.updated(memory.learner, question, right)
        return Memory(learner, memory.points + touched(question)[..., None])

    def predict(self, memory: Memory, question: Question) -> Floats:
        """P(right), (B,)."""
        return self.network.chance(memory.learner, question)[:, 0]

    def mastery(self, memory: Memory, question: Question) -> Estimate:
        """P(right) on each point as the next question, worth n₀ + answers to it."""
        return estimate(self.network.chances(memory.learner, question), self.prior + memory.points[..., 0])

    def replay(self, log: AnswerLog) -> Floats:
        """Whole sequences at once."""
        return np.asarray(expit(self.network.logits(log)))
