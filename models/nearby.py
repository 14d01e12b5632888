"""One learner scored on a large course from the points that matter: the same numbers as the whole network gives.

The heads read the embeddings of the goals, of what they still need, and of what the candidates teach. With L hops
those depend on nothing further than L edges away. So each hop is computed for a ring of points only, the outermost
first; the static half of the first hop does not depend on the learner and is computed once. At 10,000 points a few
hundred take part. All of it in NumPy: for so little torch's calls cost more than its sums.
"""

from copy import copy
from typing import cast

import numpy as np
import torch
from scipy import sparse
from torch import Tensor, nn

from models.course import Course, Flags, Floats, Ints
from models.encoder import RelationalLayer, relation_operators
from models.features import Batch, Features, prior
from models.network import CandidateHead, PolicyNetwork
from models.recommender import Observation

LARGEST = 0.2
"""Share of a course's points up to which a ring is worth cutting out."""


class Nearby:
    """Scores batches of one. The network's parameters must not change afterwards; not for several threads at once."""

    def __init__(self, network: PolicyNetwork, course: Course) -> None:
        self._network, self._course = network, course
        self._features = Features(course)
        operators = relation_operators(course)[: len(network.operators)]
        self._relations = len(operators)
        self._stacked = sparse.vstack(operators).tocsr().astype(np.float32)
        self._edges = sum(operators[1:], start=operators[0]).tocsr()
        self._place = np.zeros(course.points, dtype=np.int64)
        encoder = network.encoder
        layers = [cast(RelationalLayer, layer) for layer in (encoder.state, *encoder.layers)]
        self._hops = [_weights(layer, self._relations) for layer in layers]
        self._q, self._policy = _Head(network.q_head), _Head(network.policy_head)
        with torch.inference_mode():
            self._static = _array(encoder.static.batched(network.features.points[:, None], network.operators)[:, 0])

    def scores(self, seen: Observation) -> tuple[Floats, Floats] | None:
        """Q and the policy's logits, (1, K), −inf where masked; None where the whole network is better asked."""
        embedded = self.embed(seen)
        return None if embedded is None else self.heads(seen, *embedded)

    def heads(self, seen: Observation, learner: Floats, candidates: Floats) -> tuple[Floats, Floats]:
        """Q and logits (1, K) of what `embed` gave."""
        q, logits = self._q(learner, candidates), self._policy(learner, candidates) + prior(candidates)
        return _masked(q, seen), _masked(logits, seen)

    def embed(self, seen: Observation) -> tuple[Floats, Floats] | None:
        """The learner's embedding (D,) and the candidates' (K, E); None where the whole network is better asked."""
        needed = self._network.needed(seen)
        rings = self._rings(seen, needed)
        if len(rings[0]) > LARGEST * self._course.points:
            return None
        outer = rings[-1]
        h = self._points_only(outer).state(_near(seen, needed, outer))[0]
        for number, inner in enumerate(reversed(rings[:-1])):
            h = self._hop(number, inner, outer, h)
            outer = inner
        wanted = np.flatnonzero(seen.wanted[0] | (seen.target[0] > 0))
        about = self._points_only(wanted).learner(_near(seen, needed, wanted))[0]
        return self._pooled(self._cut(seen, outer), _near(seen, needed, outer), h, about)

    def _rings(self, seen: Observation, needed: Flags) -> list[Ints]:
        """Sorted points: first those whose embeddings are read, then what each hop needs besides."""
        chosen = (seen.wanted[0] & needed[0]) | (seen.target[0] > 0)
        chosen[self._course.taught[seen.candidates[0]][self._course.importance[seen.candidates[0]] > 0]] = True
        rings = [np.flatnonzero(chosen)]
        for _ in self._hops:
            chosen[_rows(self._edges, rings[-1])[1]] = True
            rings.append(np.flatnonzero(chosen))
        return rings

    def _hop(self, number: int, inner: Ints, outer: Ints, h: Floats) -> Floats:
        """One layer: embeddings of the outer ring in, of the inner ring out."""
        self._place[outer] = np.arange(len(outer))
        own = h[self._place[inner]]
        weight, bias = self._hops[number]
        out = np.concatenate([own, *self._means(inner, h)], axis=1) @ weight + bias
        new = np.maximum(out + self._static[inner] if number == 0 else out, 0)
        return np.asarray(new if number == 0 else own + new)

    def _means(self, inner: Ints, h: Floats) -> list[Floats]:
        """The mean over each relation's neighbours, (n, F) each; `_place` says where in h (m, F) a point is."""
        size = self._course.points
        rows = np.concatenate([inner + number * size for number in range(self._relations)])
        starts, columns, values = _rows(self._stacked, rows)
        weighted = np.zeros((len(values) + 1, h.shape[1]), dtype=np.float32)
        np.multiply(values[:, None], h[self._place[columns]], out=weighted[:-1])
        sums = np.add.reduceat(weighted, starts[:-1])
        sums[starts[:-1] == starts[1:]] = 0
        return np.split(sums, self._relations)

    def _pooled(self, features: Features, seen: Batch, h: Floats, about: Floats) -> tuple[Floats, Floats]:
        """What the heads see, (D,) and (K, E): `models.network.Pooling`; `about` are the learner's own features."""
        aimed, lacking = seen.target[0] > 0, features.lacking(seen)[0] * seen.needed[0]
        means = [weight @ h / max(weight.sum(), 1e-6) for weight in (aimed.astype(np.float32), lacking)]
        importance = features.importance
        share = importance / importance.sum(axis=1, keepdims=True).clip(1e-6)
        taught = (share[:, None] @ h[features.taught])[:, 0]
        learner = np.concatenate([*means, about])
        return learner, np.concatenate([taught, features.resources, features.candidates(seen)[0]], axis=1)

    def _points_only(self, points: Ints) -> Features:
        """The features of these points alone."""
        features = copy(self._features)
        features.met = features.met[points]
        return features

    def _cut(self, seen: Observation, points: Ints) -> Features:
        """The features of these points and of the candidates alone."""
        self._place[points] = np.arange(len(points))
        features, candidates = self._points_only(points), seen.candidates[0]
        features.resources = features.resources[candidates]
        features.importance, features.difficulty = features.importance[candidates], features.difficulty[candidates]
        features.taught = np.where(features.importance > 0, self._place[features.taught[candidates]], 0)
        return features


class _Head:
    """A `CandidateHead` for one learner, (D,), (K, E) → (K,)."""

    def __init__(self, head: CandidateHead) -> None:
        self._learner, self._candidate = (_array(layer.weight).T.copy() for layer in (head.learner, head.candidate))
        self._bias, self._out, self._offset = (
            _array(head.learner.bias),
            _array(head.out.weight)[0],
            head.out.bias.item(),
        )

    def __call__(self, learner: Floats, candidates: Floats) -> Floats:
        hidden = np.maximum(candidates @ self._candidate + (learner @ self._learner + self._bias), 0)
        return np.asarray(hidden @ self._out + self._offset)


def _near(seen: Observation, needed: Flags, points: Ints) -> Batch:
    """The learner on these points alone, the candidates in positions of their own."""
    return Batch(
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


def _masked(scores: Floats, seen: Observation) -> Floats:
    return np.where(seen.mask, scores, np.float32(-np.inf))


def _array(values: Tensor) -> Floats:
    return np.asarray(values.detach().numpy(), dtype=np.float32)


def _rows(matrix: sparse.csr_matrix, rows: Ints) -> tuple[Ints, Ints, Floats]:
    """Some rows of a matrix: starts (n + 1,), columns and values; scipy's own way checks more and takes longer."""
    begin = matrix.indptr[rows]
    counts = matrix.indptr[rows + 1] - begin
    starts = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum(counts, out=starts[1:])
    places = np.repeat(begin - starts[:-1], counts) + np.arange(starts[-1])
    return starts, matrix.indices[places], matrix.data[places]


def _weights(layer: RelationalLayer, relations: int) -> tuple[Floats, Floats]:
    """One matrix for a point's own part and every relation, and the bias."""
    linears = [layer.own, *layer.relation][: 1 + relations]
    weight = torch.cat([cast(nn.Linear, linear).weight.detach() for linear in linears], dim=1)
    return _array(weight).T.copy(), _array(layer.own.bias)
