"""One learner scored on a large course from the points that matter: the same numbers as the whole network gives.

The heads read the embeddings of the goals, of what is lacking on the way, and of what the candidates teach. With L hops
those depend on nothing further than L edges away. So each hop is computed for a ring of points only, the outermost
first; the static half of the first hop does not depend on the learner and is computed once. At 10,000 points a few
hundred take part.
"""

from copy import copy
from dataclasses import replace
from typing import cast

import numpy as np
import torch
from scipy import sparse
from torch import Tensor, nn

from models.course import Course, Floats, Ints
from models.encoder import RelationalLayer, relation_operators
from models.features import Batch, Features
from models.network import PolicyNetwork, Scores, pooled
from models.recommender import Observation

LARGEST = 0.2
"""Share of a course's points up to which a ring is worth cutting out."""


class Nearby:
    """Scores batches of one. The network's parameters must not change afterwards; not for several threads at once."""

    def __init__(self, network: PolicyNetwork, course: Course) -> None:
        self._network, self._course = network, course
        operators = relation_operators(course)[: len(network.operators)]
        self._relations = len(operators)
        self._stacked = sparse.vstack(operators).tocsr().astype(np.float32)
        self._edges = sum(operators[1:], start=operators[0]).tocsr()
        self._place = np.zeros(course.points, dtype=np.int64)
        encoder = network.encoder
        layers = [cast(RelationalLayer, layer) for layer in (encoder.state, *encoder.layers)]
        self._hops = [_weights(layer, self._relations) for layer in layers]
        with torch.inference_mode():
            self._static = encoder.static.batched(network.features.points[:, None], network.operators)[:, 0]

    def scores(self, seen: Observation) -> Scores | None:
        """What the whole network would say, (1, K); None where it is better asked itself."""
        rings = self._rings(seen)
        if len(rings[0]) > LARGEST * self._course.points:
            return None
        outer = rings[-1]
        h = self._points_only(outer).state(self._batch(seen, outer))[0]
        for number, inner in enumerate(reversed(rings[:-1])):
            h = self._hop(number, inner, outer, h)
            outer = inner
        near = self._batch(seen, outer)
        return self._network.scores(*pooled(self._cut(seen, outer), near, h[:, None]), near.mask)

    def _rings(self, seen: Observation) -> list[Ints]:
        """Sorted points: first those whose embeddings are read, then what each hop needs besides."""
        chosen = seen.wanted[0] | (seen.target[0] > 0)
        chosen[self._course.taught[seen.candidates[0]][self._course.importance[seen.candidates[0]] > 0]] = True
        rings = [np.flatnonzero(chosen)]
        for _ in self._hops:
            chosen[_rows(self._edges, rings[-1])[1]] = True
            rings.append(np.flatnonzero(chosen))
        return rings

    def _hop(self, number: int, inner: Ints, outer: Ints, h: Tensor) -> Tensor:
        """One layer: embeddings of the outer ring in, of the inner ring out."""
        self._place[outer] = np.arange(len(outer))
        own = h[torch.from_numpy(self._place[inner])]
        out = torch.nn.functional.linear(torch.cat([own, self._means(inner, h)], dim=1), *self._hops[number])
        return torch.relu(out + self._static[torch.from_numpy(inner)]) if number == 0 else own + torch.relu(out)

    def _means(self, inner: Ints, h: Tensor) -> Tensor:
        """(n, relations · F): the mean over each relation's neighbours; `_place` says where in h (m, F) a point is."""
        size = self._course.points
        starts, columns, values = _rows(
            self._stacked, np.concatenate([inner + number * size for number in range(self._relations)])
        )
        first, second, third = (torch.from_numpy(part) for part in (starts, self._place[columns], values))
        operator = torch.sparse_csr_tensor(first, second, third, torch.Size((len(starts) - 1, len(h))))
        return (operator @ h).view(self._relations, len(inner), -1).transpose(0, 1).flatten(1)

    def _batch(self, seen: Observation, points: Ints) -> Batch:
        """The learner on these points alone, the candidates in positions of their own."""
        near = replace(
            seen,
            level=seen.level[:, points],
            days=seen.days[:, points],
            target=seen.target[:, points],
            wanted=seen.wanted[:, points],
            candidates=np.arange(seen.candidates.shape[1])[None],
        )
        return self._network.batch(near)

    def _points_only(self, points: Ints) -> Features:
        """The features of these points alone."""
        features = copy(self._network.features)
        features._buffers = dict(features._buffers)
        features.met = features.met[torch.from_numpy(points)]
        return features

    def _cut(self, seen: Observation, points: Ints) -> Features:
        """The features of these points and of the candidates alone."""
        self._place[points] = np.arange(len(points))
        features, candidates = self._points_only(points), torch.from_numpy(seen.candidates[0])
        features.resources = features.resources[candidates]
        features.importance, features.difficulty = features.importance[candidates], features.difficulty[candidates]
        taught = torch.from_numpy(self._place[self._course.taught[seen.candidates[0]]])
        features.taught = torch.where(features.importance > 0, taught, 0)
        return features


def _rows(matrix: sparse.csr_matrix, rows: Ints) -> tuple[Ints, Ints, Floats]:
    """Some rows of a matrix: starts (n + 1,), columns and values; scipy's own way checks more and takes longer."""
    begin = matrix.indptr[rows]
    counts = matrix.indptr[rows + 1] - begin
    starts = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum(counts, out=starts[1:])
    places = np.repeat(begin - starts[:-1], counts) + np.arange(starts[-1])
    return starts, matrix.indices[places], matrix.data[places]


def _weights(layer: RelationalLayer, relations: int) -> tuple[Tensor, Tensor]:
    """One matrix for a point's own part and every relation, and the bias."""
    linears = [layer.own, *layer.relation][: 1 + relations]
    weight = torch.cat([cast(nn.Linear, linear).weight.detach() for linear in linears], dim=1)
    return weight, layer.own.bias.detach()
