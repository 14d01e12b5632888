"""Names, lazy imports, and models on disk that survive a broken write."""

import json
import subprocess
import sys

import numpy as np
import pytest

from graph.errors import Invalid, SetupFailed
from models.learners import registry
from models.learners.baseline import ShareModel
from models.learners.contract import LearnerModel
from models.learners.log import log_of

LOG = log_of([("ann", ["a"], "q", True, 0.0), ("ann", ["b"], "r", False, 1.0)], skills=("a", "b", "ü"))


@pytest.mark.parametrize("name", registry.MODELS)
def test_every_name_is_a_model_of_that_name(name):
    model = registry.learner_model(name)
    assert issubclass(model, LearnerModel)
    assert model.name == name
    assert registry.MODELS[name].about.endswith(".")


def test_an_unknown_name_says_what_there_is():
    with pytest.raises(Invalid, match="no learner model 'oracle'; there are share"):
        registry.learner_model("oracle")


def test_listing_imports_no_model():
    code = "import sys, models.learners.registry; sys.exit('torch' in sys.modules or 'fsrs' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", registry.MODELS)
def test_what_was_saved_is_what_is_loaded(name, tmp_path):
    model = registry.learner_model(name).fit(LOG)
    registry.save(model, tmp_path / "deep" / name, {"auc": 0.75})
    saved = registry.load(tmp_path / "deep" / name)
    assert (saved.model.name, saved.model.skills, saved.model.items) == (name, LOG.skills, LOG.items)
    assert saved.model.notes == model.notes
    assert saved.figures == {"auc": 0.75}
    assert saved.when.tzinfo is not None
    assert saved.model.replay(LOG) == pytest.approx(model.replay(LOG), nan_ok=True)


def test_a_second_save_replaces_the_first_and_leaves_no_litter(tmp_path):
    registry.save(ShareModel.fit(LOG), tmp_path)
    registry.save(ShareModel.fit(log_of([], skills=("z",))), tmp_path)
    assert registry.load(tmp_path).model.skills == ("z",)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_broken_write_leaves_the_earlier_model(tmp_path):
    registry.save(ShareModel.fit(LOG), tmp_path)
    (tmp_path / f"{registry.HEADER}.part").mkdir()
    with pytest.raises(OSError):
        registry.save(ShareModel.fit(log_of([], skills=("z",))), tmp_path)
    assert registry.load(tmp_path).model.skills == LOG.skills


def test_what_cannot_be_read_says_what_to_do(tmp_path):
    with pytest.raises(SetupFailed, match="no fitted learner model"):
        registry.load(tmp_path)
    registry.save(ShareModel.fit(LOG), tmp_path)
    (arrays,) = tmp_path.glob("*.npz")
    arrays.write_bytes(b"not an archive")
    with pytest.raises(SetupFailed, match="fit again"):
        registry.load(tmp_path)
    (tmp_path / registry.HEADER).write_text("[]")
    with pytest.raises(SetupFailed, match="cannot be read"):
        registry.load(tmp_path)


def test_objects_are_refused(tmp_path):
    model = ShareModel(("a",), (), np.array([None, None]), np.zeros(2))
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        registry.save(model, tmp_path)


def test_the_header_is_readable(tmp_path):
    registry.save(ShareModel.fit(LOG), tmp_path)
    header = json.loads((tmp_path / registry.HEADER).read_text())
    assert header["skills"] == ["a", "b", "ü"]
    assert set(header) == {"name", "skills", "items", "notes", "when", "figures", "parameters"}
