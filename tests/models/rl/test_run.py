"""A run in a folder: what it leaves, and that a cut-off one ends as an unbroken one."""

import pytest

from models.rl import run
from models.rl.run import CHECKPOINT_FILE, POLICY_FILE, load_policy, train_policy
from tests.models.courses import random_course
from tests.models.rl.test_trainer import parameters, settings

pytestmark = pytest.mark.training
COURSE = random_course(1)
LONG = settings(steps=8 * 4 * 14)


class CutOffError(Exception):
    pass


def test_a_run_leaves_a_policy_with_its_version_and_curves(tmp_path):
    config, seen = settings(steps=64), []
    trainer = train_policy(COURSE, config, tmp_path, "cpu", report=seen.append)
    assert [progress.iteration for progress in seen] == [1, 2]
    assert {POLICY_FILE, CHECKPOINT_FILE, "curves.png", "tensorboard"} <= {path.name for path in tmp_path.iterdir()}
    policy = load_policy(tmp_path, COURSE)
    assert policy.version.startswith("test-64-")
    again = train_policy(COURSE, config, tmp_path / "again", "cpu")
    assert load_policy(tmp_path / "again", COURSE).version == policy.version
    assert parameters(again) == parameters(trainer)


def test_a_run_that_was_cut_off_goes_on_and_ends_as_it_would_have(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "CHECKPOINT_SECONDS", 0)
    unbroken = train_policy(COURSE, LONG, tmp_path / "whole", "cpu")

    def cut(progress):
        if progress.iteration == 12:
            raise CutOffError

    with pytest.raises(CutOffError):
        train_policy(COURSE, LONG, tmp_path / "cut", "cpu", report=cut)
    seen = []
    resumed = train_policy(COURSE, LONG, tmp_path / "cut", "cpu", report=seen.append)
    assert seen[0].iteration == 12, "the last checkpoint was made after eleven"
    assert parameters(resumed) == parameters(unbroken)


def test_fresh_starts_again(tmp_path):
    train_policy(COURSE, settings(steps=64), tmp_path, "cpu")
    seen = []
    train_policy(COURSE, settings(steps=64), tmp_path, "cpu", fresh=True, report=seen.append)
    assert [progress.iteration for progress in seen] == [1, 2]
