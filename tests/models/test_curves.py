"""Curves: a PNG and TensorBoard's file, with the figures in them."""

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from models.curves import Curves
from models.training import Progress


def progress(iteration: int, episode_return: float = 1.5) -> Progress:
    return Progress(iteration, 100 * iteration, episode_return, 0.5, 0.1, 0.2, 0.3, 0.01, 1.0)


def test_figures_are_drawn_and_logged(tmp_path):
    with Curves(tmp_path) as curves:
        for iteration in range(1, 4):
            curves.add(progress(iteration, float("nan") if iteration == 1 else iteration))
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")
    events = EventAccumulator(str(tmp_path / "tensorboard"))
    events.Reload()
    assert [(event.step, event.value) for event in events.Scalars("episode_return")] == [(200, 2), (300, 3)]
    assert len(events.Scalars("q_loss")) == 3


def test_an_interrupted_run_still_leaves_its_curves(tmp_path):
    try:
        with Curves(tmp_path) as curves:
            curves.add(progress(1))
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
    assert (tmp_path / "curves.png").exists()


def test_a_run_without_iterations_draws_nothing(tmp_path):
    with Curves(tmp_path):
        pass
    assert not (tmp_path / "curves.png").exists()
