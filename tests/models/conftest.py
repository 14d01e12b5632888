"""One thread: what the tests time and repeat must not depend on who else is at work."""

import torch

torch.set_num_threads(1)
