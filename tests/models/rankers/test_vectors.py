"""Rows, sparse or dense: the same numbers."""

import numpy as np
import pytest
from scipy import sparse

from models.rankers.vectors import lengths, packed, products, scaled, stacked, times, unpacked

ROWS = np.array([[3.0, 4.0], [0.0, 0.0], [0.0, 2.0]], dtype=np.float32)


@pytest.mark.parametrize("rows", [ROWS, sparse.csr_matrix(ROWS)], ids=["dense", "sparse"])
def test_sparse_and_dense_rows_do_the_same(rows):
    def plain(found):
        return found.toarray() if sparse.issparse(found) else found

    assert lengths(rows).tolist() == [5, 0, 2]
    assert plain(scaled(rows)) == pytest.approx(np.array([[0.6, 0.8], [0, 0], [0, 1]]))
    assert plain(times(rows, np.array([1, 1, 2]))).tolist() == [[3, 4], [0, 0], [0, 4]]
    assert products(rows, rows).tolist() == (ROWS @ ROWS.T).tolist()
    assert plain(stacked(rows, rows[:1])).tolist() == [*ROWS.tolist(), [3, 4]]
    assert plain(unpacked("x", packed("x", rows))).tolist() == ROWS.tolist()
