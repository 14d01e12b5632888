"""Files of a run: exact resumption, the policy as it was, and refusals that say what to do."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from graph.errors import SetupFailed
from models.checkpoint import CHECKPOINT, POLICY, load_policy, resume, save_checkpoint, save_policy
from models.environment import LearnerVectorEnv
from models.policy import LearnedPolicy
from models.training import Trainer
from tests.models.courses import on_the_way, random_course
from tests.models.test_training import SMALL, parameters, train


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
    assert resume(resumed, tmp_path)
    assert resumed.iteration == 3
    while not resumed.finished:
        resumed.iterate()
    assert parameters(resumed) == parameters(unbroken)
    assert (resumed.env.learners.knowledge == unbroken.env.learners.knowledge).all()
    assert resumed.returns.tolist() == unbroken.returns.tolist()


def test_a_checkpoint_of_other_settings_or_another_course_is_refused(tmp_path):
    save_checkpoint(trainer(), tmp_path)
    with pytest.raises(SetupFailed, match="--fresh"):
        resume(trainer(replace(SMALL, seed=5)), tmp_path)
    with pytest.raises(SetupFailed, match="--fresh"):
        resume(trainer(course=random_course(2, points=9)), tmp_path)


def test_a_broken_file_is_named(tmp_path):
    (tmp_path / CHECKPOINT).write_bytes(b"half a file")
    with pytest.raises(SetupFailed, match=CHECKPOINT):
        resume(trainer(), tmp_path)
    (tmp_path / POLICY).write_bytes(b"")
    with pytest.raises(SetupFailed, match=POLICY):
        load_policy(tmp_path, random_course(1))


def test_without_a_file_there_is_nothing_to_resume_and_nothing_to_serve(tmp_path):
    assert not resume(trainer(), tmp_path)
    with pytest.raises(SetupFailed, match="lodestar train"):
        load_policy(tmp_path, random_course(1))


def test_a_failed_write_leaves_the_older_file(tmp_path, monkeypatch):
    first = trainer()
    save_checkpoint(first, tmp_path)
    before = (tmp_path / CHECKPOINT).read_bytes()

    def fails(content, path):
        path.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(torch, "save", fails)
    with pytest.raises(OSError, match="disk full"):
        save_checkpoint(first, tmp_path)
    assert (tmp_path / CHECKPOINT).read_bytes() == before


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
