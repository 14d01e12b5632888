"""Deep Knowledge Tracing (Piech et al. 2015, NeurIPS), with a gated recurrent unit (Cho et al. 2014).

    x_t = A[skill_t] + right_t B[skill_t]        h_t = GRU(x_t, h_{t−1}), h_0 = 0
    P(right_t) = σ(h_{t−1} · w[skill_t] + b[skill_t])

A pair (A, B) per skill is one embedding per (skill, right). An answer to several skills enters as the mean of their
embeddings by importance and is predicted by the mean of their logits; H is the hidden state. Left out: items, time, and
the paper's compressed sensing.
"""

import torch
from torch import Tensor, nn

from models.knowledge_tracing.answer_log import AnswerLog
from models.knowledge_tracing.neural import (
    AnswerSequences,
    KTNetwork,
    NeuralModel,
    average_embeddings,
    make_embedding_table,
)

WIDTH, HIDDEN, DROPOUT = 64, 64, 0.3
"""Of the embeddings and the state, and the share of the state dropped in training. On held-out training learners a
state of 100 (ASSISTments 2015) or 128 (2009) and a share of 0.2 or 0.4 change AUC by .001 or less."""


class DKTNetwork(KTNetwork):
    """The network of `DKT`: x_t = A[skill_t] + right_t B[skill_t], h_t = GRU(x_t, h_{t−1}), logit h_{t−1} · w + b.

    sizes: width of the embeddings, width of the state.
    """

    def __init__(self, skills: int, items: int, sizes: tuple[int, ...]) -> None:
        super().__init__(skills, items, sizes)
        width, hidden = sizes
        self.answer = make_embedding_table(skills, 2 * width, 0.3)
        self.cell = nn.GRU(width, hidden, batch_first=True)
        self.out = make_embedding_table(skills, hidden + 1, hidden**-0.5)
        self.dropout = nn.Dropout(DROPOUT)

    @classmethod
    def sizes_for(cls, log: AnswerLog) -> tuple[int, ...]:
        """Return (WIDTH, HIDDEN), the same for every log."""
        return WIDTH, HIDDEN

    def forward(self, sequences: AnswerSequences) -> Tensor:
        """Return logits of P(right) of each answer from those before it, (B, T)."""
        after, _ = self.cell(self._answers(sequences))
        before = torch.cat([self.start().expand(len(after), 1, -1), after[:, :-1]], dim=1)
        return self._read(self.dropout(before), sequences)

    def start(self) -> Tensor:
        """Return h_0 = 0, (1, H)."""
        return torch.zeros(1, self.cell.hidden_size)

    def step(self, learner: Tensor, answer: AnswerSequences) -> Tensor:
        """Return h_t from h_{t−1}, (B, H)."""
        _, after = self.cell(self._answers(answer), learner[None].contiguous())
        state: Tensor = after[0]
        return state

    def forward_next(self, learner: Tensor, questions: AnswerSequences) -> Tensor:
        """Return logits of P(right) if each of the T questions came next, (B, T)."""
        return self._read(learner[:, None], questions)

    def _answers(self, sequences: AnswerSequences) -> Tensor:
        """Return x, (B, T, width)."""
        wrong, more = average_embeddings(self.answer, sequences.skill, sequences.weight).chunk(2, dim=-1)
        return wrong + sequences.right[..., None] * more

    def _read(self, state: Tensor, sequences: AnswerSequences) -> Tensor:
        out = average_embeddings(self.out, sequences.skill, sequences.weight)
        return (state * out[..., :-1]).sum(-1) + out[..., -1]


class DKT(NeuralModel):
    """Deep Knowledge Tracing (Piech et al. 2015); formula in the module. H = 64, M = 1."""

    name = "dkt"
    architecture = DKTNetwork
