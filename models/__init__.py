"""Learner models, recommenders, rankers, reinforcement learning and simulation: numbers in, numbers out.

No database and no sentences for people here; the only package that imports torch.
"""

import warnings

warnings.filterwarnings("ignore", message=".*torch.jit.script.* is deprecated", category=FutureWarning)
warnings.filterwarnings("ignore", message="Sparse (CSR|invariant)", category=UserWarning)
