"""Type aliases of the NumPy arrays that models exchange: 32- and 64-bit floats, 64-bit integers, Booleans."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Doubles = NDArray[np.float64]
