"""Curves: a PNG and TensorBoard's file, with the figures in them.

Files of a run: exact resumption, the policy as it was, and refusals that say what to do.
"""

from dataclasses import replace

import numpy as np
import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from graph.errors import SetupFailed
from models.rl.policy import LearnedPolicy
from models.rl.run import (
    CHECKPOINT_FILE,
    POLICY_FILE,
    LearningCurves,
    load_policy,
    resume_training,
    save_checkpoint,
    save_policy,
)
from models.rl.trainer import Trainer, TrainingProgress
from models.simulation.environment import LearnerVectorEnv
from tests.models.courses import on_the_way, random_course
from tests.models.rl.test_trainer import SMALL, parameters, train


def trainer(config=SMALL, course=None) -> Trainer:
    return Trainer(LearnerVectorEnv(course or random_course(1), config.learners), config)


def test_a_resumed_run_ends_bit_for_bit_as_an_unbroken_one(tmp_path):
    unbroken = train(SMALL)
    broken = trainer()
    for _ in range(3):
        broken.iterate()
    save_checkpoint(broken, tmp_path)
    broken.iterate()
    resumed = trainer()
    resumed.env.reset(seed=99)
    torch.manual_seed(99)
    assert resume_training(resumed, tmp_path)
    assert resumed.iteration == 3
    while not resumed.finished:
        resumed.iterate()
    assert parameters(resumed) == parameters(unbroken)
    assert (resumed.env.learners.knowledge == unbroken.env.learners.knowledge).all()
    assert resumed.returns.tolist() == unbroken.returns.tolist()


def test_a_checkpoint_of_other_settings_or_another_course_is_refused(tmp_path):
    save_checkpoint(trainer(), tmp_path)
    with pytest.raises(SetupFailed, match="--fresh"):
        resume_training(trainer(replace(SMALL, seed=5)), tmp_path)
    with pytest.raises(SetupFailed, match="--fresh"):
        resume_training(trainer(course=random_course(2, points=9)), tmp_path)


def test_a_broken_file_is_named(tmp_path):
    (tmp_path / CHECKPOINT_FILE).write_bytes(b"half a file")
    with pytest.raises(SetupFailed, match=CHECKPOINT_FILE):
        resume_training(trainer(), tmp_path)
    (tmp_path / POLICY_FILE).write_bytes(b"")
    with pytest.raises(SetupFailed, match=POLICY_FILE):
        load_policy(tmp_path, random_course(1))


def test_without_a_file_there_is_nothing_to_resume_and_nothing_to_serve(tmp_path):
    assert not resume_training(trainer(), tmp_path)
    with pytest.raises(SetupFailed, match="lodestar train"):
        load_policy(tmp_path, random_course(1))


def test_a_failed_write_leaves_the_older_file(tmp_path, monkeypatch):
    first = trainer()
    save_checkpoint(first, tmp_path)
    before = (tmp_path / CHECKPOINT_FILE).read_bytes()

    def fails(content, path):
        path.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(torch, "save", fails)
    with pytest.raises(OSError, match="disk full"):
        save_checkpoint(first, tmp_path)
    assert (tmp_path / CHECKPOINT_FILE).read_bytes() == before


def test_a_saved_policy_decides_as_it_did(tmp_path):
    run = trainer()
    run.iterate()
    save_policy(run, tmp_path, "v1")
    course = random_course(1)
    seen = on_the_way(course)
    loaded = load_policy(tmp_path, course)
    assert (loaded.version, loaded.keep, loaded.method) == ("v1", 3, "whole")
    now, then = loaded.decide(seen), LearnedPolicy(run.network, keep=3).decide(seen)
    assert (now.chosen == then.chosen).all()
    assert (now.q == then.q).all()
    assert np.array_equal(now.score, then.score)


def test_a_policy_scores_a_course_that_has_grown(tmp_path):
    save_policy(trainer(), tmp_path, "v1")
    grown = random_course(4, points=30)
    assert load_policy(tmp_path, grown).decide(on_the_way(grown)).chosen.shape == (8,)


def progress(iteration: int, episode_return: float = 1.5) -> TrainingProgress:
    return TrainingProgress(iteration, 100 * iteration, episode_return, 0.5, 0.1, 0.2, 0.3, 0.01, 1.0)


def test_figures_are_drawn_and_logged(tmp_path):
    with LearningCurves(tmp_path) as curves:
        for iteration in range(1, 4):
            curves.add(progress(iteration, float("nan") if iteration == 1 else iteration))
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")
    events = EventAccumulator(str(tmp_path / "tensorboard"))
    events.Reload()
    assert [(event.step, event.value) for event in events.Scalars("episode_return")] == [(200, 2), (300, 3)]
    assert len(events.Scalars("q_loss")) == 3


def test_an_interrupted_run_still_leaves_its_curves(tmp_path):
    try:
        with LearningCurves(tmp_path) as curves:
            curves.add(progress(1))
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
    assert (tmp_path / "curves.png").exists()


def test_a_run_without_iterations_draws_nothing(tmp_path):
    with LearningCurves(tmp_path):
        pass
    assert not (tmp_path / "curves.png").exists()
