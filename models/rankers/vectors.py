"""Rows of vectors, sparse or dense, handled in one way; and as arrays to store."""

from typing import Any, TypeAlias

import numpy as np
from scipy import sparse

from models.arrays import Floats, Ints
from models.stored import Parameters

Matrix: TypeAlias = Any
"""Rows of float32: a CSR matrix of scipy, or an array."""


def lengths(rows: Matrix) -> Floats:
    """(R,) Euclidean lengths of rows."""
    squares = rows.multiply(rows).sum(axis=1) if sparse.issparse(rows) else np.square(rows).sum(axis=1)
    return np.sqrt(np.asarray(squares, dtype=np.float32).ravel())


def times(rows: Matrix, factor: Floats) -> Matrix:
    """Each row multiplied by its own factor (R,)."""
    if not sparse.issparse(rows):
        return np.asarray(rows * factor[:, None], dtype=np.float32)
    return sparse.diags_array(factor.astype(np.float32), format="csr").dot(rows).tocsr()


def scaled(rows: Matrix) -> Matrix:
    """Rows of length 1; those of nothing stay so."""
    return times(rows, inverse(lengths(rows)))


def inverse(size: Floats) -> Floats:
    """1 / size, and 0 for 0."""
    return np.asarray(np.where(size > 0, 1 / np.maximum(size, 1e-12), 0), dtype=np.float32)


def products(left: Matrix, right: Matrix) -> Floats:
    """(A, B) products of all rows (A, D) with all rows (B, D)."""
    found = left @ right.T
    return np.asarray(found.toarray() if sparse.issparse(found) else found, dtype=np.float32)


def stacked(above: Matrix, below: Matrix) -> Matrix:
    """One under the other."""
    if sparse.issparse(above):
        return sparse.vstack([above, below], format="csr")
    return np.concatenate([above, below])


def packed(name: str, rows: Matrix) -> Parameters:
    """As arrays, for `unpacked`."""
    if not sparse.issparse(rows):
        return {name: rows}
    parts = {"data": rows.data, "indices": rows.indices, "indptr": rows.indptr, "shape": np.array(rows.shape)}
    return {f"{name}.{part}": value for part, value in parts.items()}


def unpacked(name: str, parameters: Parameters) -> Matrix:
    """What `packed` was given."""
    if name in parameters:
        return parameters[name]
    data, indices, indptr, shape = (parameters[f"{name}.{part}"] for part in ("data", "indices", "indptr", "shape"))
    return sparse.csr_matrix((data, indices, indptr), shape=tuple(shape.tolist()))


__all__ = [
    "Floats",
    "Ints",
    "Matrix",
    "inverse",
    "lengths",
    "packed",
    "products",
    "scaled",
    "stacked",
    "times",
    "unpacked",
]
