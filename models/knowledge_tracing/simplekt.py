"""simpleKT (Liu et al. 2023, ICLR, arXiv 2302.06881): scaled dot-product attention over the learner's last L answers.

    q = E[skill] + μ_item D[skill]             a question; μ a scalar per item (Rasch), 0 where there is none
    x = q + R[right] + S[skill] right          an answer to it
    α_ti = softmax_i( Kq_t · Kq_i / √d − a log(age) − b age / L )   over the last L answers i and a sink, per head
    h_t = norm(q_t + O Σ_i α_ti V x_i),  h_t ← norm(h_t + FFN(h_t)),  P(right) = σ(MLP(h_t, q_t))

Differs from the paper: one block, so that the last L answers are the whole state; age = t − i in index of absolute
positions, with a learned preference for recent answers in each head (as in AKT, Ghosh et al. 2020, where it depends on
context); a sink, the weight of "no such answer" (as in softmax-off-by-one), so that few similar answers differ from
many; S. Answers to several skills enter as the mean of their embeddings by importance, but the state keeps the most
important ones (as many as the widest answer of the training log had) with equal weight. Left out: time.

H = L (2 + slots): for each of the last L answers, latest first, right (−1 where there is none yet), item and skills.
"""

from dataclasses import replace

import torch
from torch import Tensor, nn

from models.arrays import NO_INDEX
from models.knowledge_tracing.answer_log import AnswerLog
from models.knowledge_tracing.neural import (
    AnswerSequences,
    KTNetwork,
    NeuralModel,
    average_embeddings,
    make_embedding_table,
)

WIDTH, HEADS, INNER, LENGTH, MAX_SLOTS = 64, 4, 128, 100, 4
DROPOUT = 0.2
"""Width of embeddings, heads, width of inner layers, L, most skills of an answer in the state; dropout. L = 200
gains .0006 AUC on held-out training learners of ASSISTments 2009; the others were not tried."""
RIGHT_COLUMN, ITEM_COLUMN, FIRST_SKILL_COLUMN = 0, 1, 2
"""Columns of an answer in the state."""


class SimpleKTNetwork(KTNetwork):
    """The network of `SimpleKT`: one block of attention over the last L answers; formula in the module.

    sizes: width, heads, inner width, L, slots.
    """

    def __init__(self, skills: int, items: int, sizes: tuple[int, ...]) -> None:
        super().__init__(skills, items, sizes)
        width, self.heads, inner, self.length, self.slots = sizes
        self.context = self.length
        self.question = nn.Parameter(
            torch.cat([make_embedding_table(skills, width, 0.3), make_embedding_table(skills, width, 0.1)], dim=1)
        )
        self.difficulty = nn.Parameter(torch.zeros(items + 1))
        self.outcome, self.answer = nn.Parameter(torch.randn(2, width) * 0.3), make_embedding_table(skills, width, 0.1)
        self.key, self.value, self.mixed = nn.Linear(width, width), nn.Linear(width, width), nn.Linear(width, width)
        self.sink, self.rest = nn.Parameter(torch.zeros(self.heads)), nn.Parameter(torch.zeros(width))
        self.recency = nn.Parameter(torch.stack([torch.linspace(0.2, 1.5, self.heads), torch.zeros(self.heads)]))
        self.after_attention, self.after_inner = nn.LayerNorm(width), nn.LayerNorm(width)
        self.inner, self.out = _make_two_layers(width, inner, width), _make_two_layers(2 * width, inner, 1)
        self.dropout = nn.Dropout(DROPOUT)
        nn.init.xavier_uniform_(self.key.weight, gain=2.0)

    @classmethod
    def sizes_for(cls, log: AnswerLog) -> tuple[int, ...]:
        """Return the sizes, with as many slots as the widest answer of the log has skills, MAX_SLOTS at most."""
        return WIDTH, HEADS, INNER, LENGTH, min(max(log.skill.shape[1], 1), MAX_SLOTS)

    def forward(self, sequences: AnswerSequences) -> Tensor:
        """Return logits of P(right) of each answer from those before it, (B, T)."""
        question, index = self._questions(sequences), torch.arange(sequences.right.shape[1])
        known, past = question, sequences
        if sequences.skill.shape[-1] > self.slots:
            past = self._kept(sequences)
            known = self._questions(past)
        return self._attend(question, known, self._answers(known, past), index[:, None] - index)

    def start(self) -> Tensor:
        """Return a state without answers, (1, H)."""
        return torch.full((1, self.length * (FIRST_SKILL_COLUMN + self.slots)), -1.0)

    def step(self, learner: Tensor, answer: AnswerSequences) -> Tensor:
        """Return the state (B, H) with the new answer first and the oldest one dropped."""
        kept = self._kept(answer)
        fill = kept.skill.new_full((len(learner), 1, self.slots - kept.skill.shape[2]), NO_INDEX)
        latest = [kept.right[..., None], kept.item[..., None], kept.skill, fill]
        return torch.cat(
            [*(part[:, 0].float() for part in latest), learner[:, : -FIRST_SKILL_COLUMN - self.slots]], dim=1
        )

    def forward_next(self, learner: Tensor, questions: AnswerSequences) -> Tensor:
        """Return logits of P(right) if each of the T questions came next, (B, T)."""
        past = self._read_state(learner)
        known = self._questions(past)
        age = torch.where(past.real, torch.arange(1, self.length + 1), 0)
        return self._attend(self._questions(questions), known, self._answers(known, past), age[:, None, None])

    def _kept(self, answers: AnswerSequences) -> AnswerSequences:
        """Return the answers as the state keeps them: their most important skills, with equal weight."""
        order = answers.weight.argsort(dim=-1, descending=True, stable=True)[..., : self.slots]
        skill = torch.where(answers.weight > 0, answers.skill, NO_INDEX).gather(-1, order)
        return replace(answers, skill=skill, weight=(skill >= 0).float())

    def _read_state(self, learner: Tensor) -> AnswerSequences:
        past = learner.view(len(learner), self.length, -1)
        skill, real = past[..., FIRST_SKILL_COLUMN:].long(), past[..., RIGHT_COLUMN] >= 0
        return AnswerSequences(
            skill, (skill >= 0).float(), past[..., ITEM_COLUMN].long(), past[..., RIGHT_COLUMN].clamp(min=0), real
        )

    def _questions(self, sequences: AnswerSequences) -> Tensor:
        """Return q, (B, T, D)."""
        item = sequences.item
        difficulty = torch.where(item >= 0, self.difficulty[item], 0)
        question, variation = average_embeddings(self.question, sequences.skill, sequences.weight).chunk(2, dim=-1)
        return question + difficulty[..., None] * variation

    def _answers(self, question: Tensor, sequences: AnswerSequences) -> Tensor:
        """Return x, (B, T, D)."""
        right = sequences.right[..., None]
        own = average_embeddings(self.answer, sequences.skill, sequences.weight)
        return question + torch.lerp(self.outcome[0], self.outcome[1], right) + right * own

    def _attend(self, question: Tensor, past: Tensor, answers: Tensor, age: Tensor) -> Tensor:
        """Return logits (B, T). question: (B, T, D); past, answers: (B, K, D); age: (…, T, K), attended from 1 to L."""
        query, key, value = (self._split(part) for part in (self.key(question), self.key(past), self.value(answers)))
        score = query @ key.transpose(-1, -2) / key.shape[-1] ** 0.5 - self._pull(age)
        score = score.masked_fill((age < 1) | (age > self.length), -torch.inf)
        sink = self.sink[:, None, None].expand(*score.shape[:-1], 1)
        share = self.dropout(torch.cat([score, sink], dim=-1).softmax(-1))
        mixed = share[..., :-1] @ value + share[..., -1:] * self._split(self.rest[None, None])
        state = self.after_attention(question + self.dropout(self.mixed(mixed.transpose(1, 2).flatten(2))))
        state = self.after_inner(state + self.dropout(self.inner(state)))
        logit: Tensor = self.out(torch.cat([state, question], dim=-1))
        return logit.squeeze(-1)

    def _split(self, part: Tensor) -> Tensor:
        """Split heads: (B, T, D) → (B, heads, T, D / heads)."""
        return part.view(*part.shape[:2], self.heads, -1).transpose(1, 2)

    def _pull(self, age: Tensor) -> Tensor:
        """Return a log(age) + b age / L of each head, (…, heads, T, K)."""
        steps = age.clamp(1, self.length).float()
        by_log, by_age = self.recency[:, :, None, None]
        pull: Tensor = by_log * steps.log() + by_age * steps / self.length
        return pull


def _make_two_layers(width: int, inner: int, out: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width, inner), nn.ReLU(), nn.Dropout(DROPOUT), nn.Linear(inner, out))


class SimpleKT(NeuralModel):
    """simpleKT (Liu et al. 2023); formula in the module. H = 300 where every answer is to one skill, M = 1."""

    name = "simplekt"
    architecture = SimpleKTNetwork
