"""How far z-values stray where there is nothing to find, read off the z-values themselves: an empirical null.

A test knows of chance alone. Points hang together through ability, common prerequisites and a shared curriculum as
well, which makes all z-values of a log larger, and the more so the larger the log. Most pairs are no prerequisites, so
their spread is what nothing looks like (genomic control, Devlin & Roeder 1999; Efron 2004):

    scale = max(1, (upper − lower quartile of z) / 1.349),   p = Φ(Φ⁻¹(p) / scale)

Quartiles, because prerequisites are in the tails; prerequisites among them make the scale too large, never too small.
Left out: the location, which is 0 for the order by symmetry; scales of a point's own.
"""

import numpy as np
from scipy.special import ndtr, ndtri

from models.mining.contract import Doubles

NORMAL_QUARTILES = 1.349
"""Between the quartiles of a standard normal distribution."""
FEWEST = 100
"""Pairs (a course of ten points); among fewer, prerequisites are too large a part."""


def scale(z: Doubles) -> float:
    """Of z-values of any shape, at least 1; NaN are left out; 1 for fewer than FEWEST."""
    known = z[~np.isnan(z)]
    if len(known) < FEWEST:
        return 1.0
    lower, upper = np.percentile(known, (25, 75))
    return max(1.0, float(upper - lower) / NORMAL_QUARTILES)


def widened(p_values: Doubles, by: float) -> Doubles:
    """One-sided p-values of z-values whose spread under the null is `by`, not 1."""
    return np.asarray(ndtr(ndtri(p_values) / by))
