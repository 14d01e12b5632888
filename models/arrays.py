"""Type aliases of the NumPy arrays that models exchange, and the index that stands for none."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Doubles = NDArray[np.float64]

NO_INDEX = -1
"""Stands in arrays of indices where there is none: padding before the first event, and what is not known."""
