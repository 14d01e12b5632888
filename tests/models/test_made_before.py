"""Files that earlier code wrote still load, and give the numbers that it gave.

`tests/data/made_before` holds a policy of tests' small settings after training on `random_course(1)`, every learner
model fitted to `LOG`, and the rankers (without the three largest) fitted to `planted`; each folder's expected.npz holds
what they said then.
"""

import os
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from graph.errors import SetupFailed
from models.knowledge_tracing.registry import load_learner_model
from models.rankers.registry import load_saved_ranker
from models.rl.run import CHECKPOINT_FILE, POLICY_FILE, load_policy, resume_training
from models.rl.trainer import Trainer
from models.simulation.environment import LearnerVectorEnv
from tests.models.courses import on_the_way, random_course
from tests.models.knowledge_tracing.test_registry import LOG
from tests.models.rankers.planted import seen as make_history
from tests.models.rl.test_trainer import SMALL

MADE_BEFORE = Path(__file__).parents[1] / "data" / "made_before"


def list_made(kind: str) -> list[str]:
    return sorted(folder.name for folder in (MADE_BEFORE / kind).iterdir() if folder.is_dir())


def test_a_policy_decides_as_it_did():
    course = random_course(1)
    decision = load_policy(MADE_BEFORE / "policy", course).decide(on_the_way(course))
    expected = np.load(MADE_BEFORE / "policy" / "expected.npz")
    assert decision.chosen.tolist() == expected["chosen"].tolist()
    np.testing.assert_allclose(np.nan_to_num(decision.q), expected["q"], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(np.nan_to_num(decision.score, neginf=-1e9), expected["score"], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", list_made("learners"))
def test_a_learner_model_predicts_as_it_did(name):
    saved = load_learner_model(MADE_BEFORE / "learners" / name)
    expected = np.load(MADE_BEFORE / "learners" / "expected.npz")[name]
    np.testing.assert_allclose(saved.model.replay(LOG), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", list_made("rankers"))
def test_a_ranker_scores_as_it_did(name):
    ranker = load_saved_ranker(MADE_BEFORE / "rankers" / name).ranker
    score = np.nan_to_num(ranker.score(make_history([1, 2], [3, 0])), neginf=-1e9)
    np.testing.assert_allclose(score, np.load(MADE_BEFORE / "rankers" / "expected.npz")[name], rtol=1e-5, atol=1e-6)


def test_a_checkpoint_of_numpy_arrays_is_refused_with_what_to_do(tmp_path):
    shutil.copy(MADE_BEFORE / "policy" / CHECKPOINT_FILE, tmp_path)
    with pytest.raises(SetupFailed, match=r"earlier versions.*--fresh"):
        resume_training(Trainer(LearnerVectorEnv(random_course(1), SMALL.learners), SMALL), tmp_path)


class RunsCode:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (str(self.folder),)


@pytest.mark.parametrize("write", [torch.save, lambda content, path: path.write_bytes(pickle.dumps(content))])
def test_code_in_a_file_is_refused_and_does_not_run(tmp_path, write):
    ran = tmp_path / "ran"
    for name in (POLICY_FILE, CHECKPOINT_FILE):
        write({"version": RunsCode(ran)}, tmp_path / name)
    with pytest.raises(SetupFailed, match=rf"{POLICY_FILE}.*train again"):
        load_policy(tmp_path, random_course(1))
    with pytest.raises(SetupFailed, match=rf"{CHECKPOINT_FILE}.*--fresh"):
        resume_training(Trainer(LearnerVectorEnv(random_course(1), SMALL.learners), SMALL), tmp_path)
    assert not ran.exists()
