"""Numbers in, numbers out: learner models, encoder, heads, recommenders, simulator, training, evaluation."""

import warnings

warnings.filterwarnings("ignore", message=".*torch.jit.script.* is deprecated", category=FutureWarning)
warnings.filterwarnings("ignore", message="Sparse (CSR|invariant)", category=UserWarning)
