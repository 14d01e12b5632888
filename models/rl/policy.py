"""The learned policy as a `Recommender`: encode, prune by Q, choose by PPO; and sparse inference on large courses.

`SparseScorer` scores one learner on a large course from the relevant points, with the same numbers as the whole
network. The heads read the embeddings of the goals, of what they still need, and of what the candidates teach. With L
hops those depend on nothing further than L edges away. So each hop is computed for a ring of points only, the
outermost first; the static half of the first hop does not depend on the learner and is computed once. At 10,000
points a few hundred are computed. It is in NumPy: for so few points the overhead of torch exceeds the arithmetic.
"""

from copy import copy
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
import torch
from scipy import sparse
from torch import Tensor, nn

from models.arrays import Flags, Floats, Ints
from models.course import Course
from models.recommender import Decision, Observation
from models.rl.features import Features, ObservationBatch, compute_prior_logits
from models.rl.network import CandidateHead, PolicyNetwork, RelationalLayer, build_relation_operators

MAX_RING_SHARE = 0.2
"""Share of a course's points in the innermost ring above which the whole network is faster."""


class SparseScorer:
    """Score batches of one learner. The network's parameters must not change afterwards; not thread-safe."""

    def __init__(self, network: PolicyNetwork, course: Course) -> None:
        self._network, self._course = network, course
        self._features = Features(course)
        operators = build_relation_operators(course)[: len(network.operators)]
        self._relations = len(operators)
        self._stacked = sparse.vstack(operators).tocsr().astype(np.float32)
        self._edges = sum(operators[1:], start=operators[0]).tocsr()
        self._row = np.zeros(course.points, dtype=np.int64)
        encoder = network.encoder
        layers = [cast(RelationalLayer, layer) for layer in (encoder.state, *encoder.layers)]
        self._hops = [_stack_weights(layer, self._relations) for layer in layers]
        self._q, self._policy = _NumpyHead(network.q_head), _NumpyHead(network.policy_head)
        with torch.inference_mode():
            self._static = _parameter_to_numpy(
                encoder.static.batched(network.features.points[:, None], network.operators)[:, 0]
            )

    def scores(self, seen: Observation) -> tuple[Floats, Floats] | None:
        """Return Q and the policy's logits, (1, K), −inf where masked; None where the whole network is faster."""
        embedded = self.embed(seen)
        return None if embedded is None else self.heads(seen, *embedded)

    def heads(self, seen: Observation, learner: Floats, candidates: Floats) -> tuple[Floats, Floats]:
        """Return Q and logits (1, K) from the embeddings of `embed`."""
        q, logits = self._q(learner, candidates), self._policy(learner, candidates) + compute_prior_logits(candidates)
        return _mask_scores(q, seen), _mask_scores(logits, seen)

    def embed(self, seen: Observation) -> tuple[Floats, Floats] | None:
        """Return the learner's embedding (D,) and the candidates' (K, E); None where the whole network is faster."""
        needed = self._network.needed(seen)
        rings = self._rings(seen, needed)
        if len(rings[0]) > MAX_RING_SHARE * self._course.points:
            return None
        outer = rings[-1]
        h = self._points_only(outer).state(_restrict_to_points(seen, needed, outer))[0]
        for number, inner in enumerate(reversed(rings[:-1])):
            h = self._hop(number, inner, outer, h)
            outer = inner
        wanted = np.flatnonzero(seen.wanted[0] | (seen.target[0] > 0))
        about = self._points_only(wanted).learner(_restrict_to_points(seen, needed, wanted))[0]
        return self._pooled(self._cut(seen, outer), _restrict_to_points(seen, needed, outer), h, about)

    def _rings(self, seen: Observation, needed: Flags) -> list[Ints]:
        """Return sorted points: those whose embeddings are read, then for each hop these and their neighbours."""
        chosen = (seen.wanted[0] & needed[0]) | (seen.target[0] > 0)
        chosen[self._course.taught[seen.candidates[0]][self._course.importance[seen.candidates[0]] > 0]] = True
        rings = [np.flatnonzero(chosen)]
        for _ in self._hops:
            chosen[_select_rows(self._edges, rings[-1])[1]] = True
            rings.append(np.flatnonzero(chosen))
        return rings

    def _hop(self, number: int, inner: Ints, outer: Ints, h: Floats) -> Floats:
        """Apply one layer: return embeddings of the inner ring from those of the outer ring, `h`."""
        self._row[outer] = np.arange(len(outer))
        own = h[self._row[inner]]
        weight, bias = self._hops[number]
        out = np.concatenate([own, *self._means(inner, h)], axis=1) @ weight + bias
        new = np.maximum(out + self._static[inner] if number == 0 else out, 0)
        return np.asarray(new if number == 0 else own + new)

    def _means(self, inner: Ints, h: Floats) -> list[Floats]:
        """Return the mean over each relation's neighbours, (n, F) each; `_row` maps a point to its row of h (m, F)."""
        size = self._course.points
        rows = np.concatenate([inner + number * size for number in range(self._relations)])
        starts, columns, values = _select_rows(self._stacked, rows)
        weighted = np.zeros((len(values) + 1, h.shape[1]), dtype=np.float32)
        np.multiply(values[:, None], h[self._row[columns]], out=weighted[:-1])
        sums = np.add.reduceat(weighted, starts[:-1])
        sums[starts[:-1] == starts[1:]] = 0
        return np.split(sums, self._relations)

    def _pooled(self, features: Features, seen: ObservationBatch, h: Floats, about: Floats) -> tuple[Floats, Floats]:
        """Return the heads' inputs (D,) and (K, E) as `models.rl.network.Pooling`; about: learner features."""
        aimed, lacking = seen.target[0] > 0, features.lacking(seen)[0] * seen.needed[0]
        means = [weight @ h / max(weight.sum(), 1e-6) for weight in (aimed.astype(np.float32), lacking)]
        importance = features.importance
        share = importance / importance.sum(axis=1, keepdims=True).clip(1e-6)
        taught = (share[:, None] @ h[features.taught])[:, 0]
        learner = np.concatenate([*means, about])
        return learner, np.concatenate([taught, features.resources, features.candidates(seen)[0]], axis=1)

    def _points_only(self, points: Ints) -> Features:
        """Return the features restricted to `points`."""
        features = copy(self._features)
        features.met = features.met[points]
        return features

    def _cut(self, seen: Observation, points: Ints) -> Features:
        """Return the features restricted to `points` and the candidates."""
        self._row[points] = np.arange(len(points))
        features, candidates = self._points_only(points), seen.candidates[0]
        features.resources = features.resources[candidates]
        features.importance, features.difficulty = features.importance[candidates], features.difficulty[candidates]
        features.taught = np.where(features.importance > 0, self._row[features.taught[candidates]], 0)
        return features


class _NumpyHead:
    """A `CandidateHead` in NumPy for one learner, (D,), (K, E) → (K,)."""

    def __init__(self, head: CandidateHead) -> None:
        self._learner, self._candidate = (
            _parameter_to_numpy(layer.weight).T.copy() for layer in (head.learner, head.candidate)
        )
        self._bias, self._out, self._offset = (
            _parameter_to_numpy(head.learner.bias),
            _parameter_to_numpy(head.out.weight)[0],
            head.out.bias.item(),
        )

    def __call__(self, learner: Floats, candidates: Floats) -> Floats:
        hidden = np.maximum(candidates @ self._candidate + (learner @ self._learner + self._bias), 0)
        return np.asarray(hidden @ self._out + self._offset)


def _restrict_to_points(seen: Observation, needed: Flags, points: Ints) -> ObservationBatch:
    """Return the observation restricted to `points`, with candidates renumbered from 0."""
    return ObservationBatch(
        level=seen.level[:, points],
        days=seen.days[:, points],
        target=seen.target[:, points],
        wanted=seen.wanted[:, points].astype(np.float32),
        needed=needed[:, points].astype(np.float32),
        candidates=np.arange(seen.candidates.shape[1])[None],
        mask=seen.mask,
        success=seen.success,
        steps=seen.steps,
    )


def _mask_scores(scores: Floats, seen: Observation) -> Floats:
    return np.where(seen.mask, scores, np.float32(-np.inf))


def _parameter_to_numpy(values: Tensor) -> Floats:
    return np.asarray(values.detach().numpy(), dtype=np.float32)


def _select_rows(matrix: sparse.csr_matrix, rows: Ints) -> tuple[Ints, Ints, Floats]:
    """Return rows of a matrix: starts (n + 1,), columns and values. Faster than scipy's indexing, which checks more."""
    begin = matrix.indptr[rows]
    counts = matrix.indptr[rows + 1] - begin
    starts = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum(counts, out=starts[1:])
    indices = np.repeat(begin - starts[:-1], counts) + np.arange(starts[-1])
    return starts, matrix.indices[indices], matrix.data[indices]


def _stack_weights(layer: RelationalLayer, relations: int) -> tuple[Floats, Floats]:
    """Return one matrix of the weights of the point itself and of every relation, and the bias."""
    linears = [layer.own, *layer.relation][: 1 + relations]
    weight = torch.cat([cast(nn.Linear, linear).weight.detach() for linear in linears], dim=1)
    return _parameter_to_numpy(weight).T.copy(), _parameter_to_numpy(layer.own.bias)


@dataclass
class LearnedPolicy:
    """A trained network on one course.

    Attributes:
        keep: M, most candidates left by pruning by Q; share: largest share τ of a learner's candidates left by it.
        method: "whole" prunes by Q and chooses by PPO; "q" and "ppo" are each half alone.
        explore: share of choices sampled from the policy instead of its best; included in the propensity.
        nearby: sparse inference for one learner on a large course, with the same numbers.
    """

    network: PolicyNetwork
    name: str = "lodestar"
    version: str = "untrained"
    keep: int = 16
    share: float = 1.0
    method: Literal["whole", "q", "ppo"] = "whole"
    explore: float = 0.0
    seed: int = 0
    nearby: SparseScorer | None = None

    def __post_init__(self) -> None:
        self.network.eval()
        self._generator = np.random.default_rng(self.seed)

    def decide(self, observation: Observation) -> Decision:
        """Choose for every learner; scores are log-probabilities (Q values where Q alone chooses)."""
        q, logits = self._scores(observation)
        mask = observation.mask
        kept = prune_by_score(q, mask, self.keep, self.share) if self.method == "whole" else mask
        score = np.where(kept, q if self.method == "q" else logits, np.float32(-np.inf))
        log_share = _log_softmax(score)
        score = score if self.method == "q" else log_share
        chosen = score.argmax(axis=1)
        propensity = np.zeros_like(score)
        propensity[np.arange(len(score)), chosen] = 1.0
        if self.explore > 0:
            propensity = ((1 - self.explore) * propensity + self.explore * np.exp(log_share)).astype(np.float32)
            chosen = self._draw(propensity)
        return Decision(chosen=chosen, propensity=propensity, score=score, kept=kept, q=q)

    def _draw(self, propensity: Floats) -> Ints:
        """Draw the index of a candidate for each learner by its propensity; never one with propensity 0."""
        sums = propensity.cumsum(axis=1)
        drawn = self._generator.random((len(sums), 1)) * sums[:, -1:]
        return np.asarray((sums <= drawn).sum(axis=1))

    def _scores(self, observation: Observation) -> tuple[Floats, Floats]:
        """Return Q and the policy's logits, (B, K), −inf where masked."""
        if self.nearby and len(observation) == 1 and (scores_nearby := self.nearby.scores(observation)):
            return scores_nearby
        with torch.inference_mode():
            scores = self.network(self.network.batch(observation))
        return _scores_to_numpy(scores.q), _scores_to_numpy(scores.logits)


def prune_by_score(q: Floats, mask: Flags, keep: int, share: float = 1.0) -> Flags:
    """Return `models.rl.losses.prune_candidates` on NumPy's arrays, (B, K).

    With a `share` < 1 no more than ⌈share · candidates⌉ are kept, at least one.
    """
    if share < 1:
        many = np.maximum(1, np.ceil(share * mask.sum(axis=1, keepdims=True)))
        rank = (-q).argsort(axis=1, kind="stable").argsort(axis=1)
        return np.asarray(mask & (rank < np.minimum(keep, many)))
    if q.shape[1] <= keep:
        return mask
    best = np.argpartition(-q, keep - 1, axis=1)[:, :keep]
    kept = np.zeros_like(mask)
    np.put_along_axis(kept, best, True, axis=1)
    return np.asarray(kept & mask)


def _log_softmax(score: Floats) -> Floats:
    """Return the log-softmax of each row, (B, K); −inf stays −inf."""
    below = score - score.max(axis=1, keepdims=True)
    return np.asarray(below - np.log(np.exp(below).sum(axis=1, keepdims=True)))


def _scores_to_numpy(values: torch.Tensor) -> Floats:
    result: Floats = values.float().cpu().numpy()
    return result
