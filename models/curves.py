"""Learning curves: for TensorBoard while training, and as one PNG at the end."""

import math
from pathlib import Path
from types import TracebackType

from models.training import Progress

PANELS = {
    "episode_return": "return of an episode",
    "reached": "goals reached",
    "policy_loss": "PPO loss",
    "value_loss": "value loss",
    "q_loss": "Q loss",
    "kl": "KL of an update",
}


class Curves:
    """Collects each iteration's figures in `folder`; use as a context manager."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.history: list[Progress] = []

    def __enter__(self) -> "Curves":
        from torch.utils.tensorboard import SummaryWriter  # as matplotlib: a service draws nothing

        self._writer = SummaryWriter(self.folder / "tensorboard")
        return self

    def add(self, progress: Progress) -> None:
        """One more iteration."""
        self.history.append(progress)
        for name, value in progress.figures().items():
            if not math.isnan(value):
                self._writer.add_scalar(name, value, progress.steps)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()
        if self.history:
            self._draw(self.folder / "curves.png")

    def _draw(self, path: Path) -> None:
        from matplotlib.figure import Figure

        figure = Figure(figsize=(11, 6), layout="constrained")
        steps = [progress.steps for progress in self.history]
        for panel, (name, title) in zip(figure.subplots(2, 3).flat, PANELS.items(), strict=True):
            panel.plot(steps, [progress.figures()[name] for progress in self.history], linewidth=1.5)
            panel.set_title(title, fontsize=10)
            panel.set_xlabel("answers of simulated learners", fontsize=8)
            panel.grid(alpha=0.3)
        figure.savefig(path, dpi=120)
