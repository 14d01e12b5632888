"""Rankers by name and on disk: as they were, or an error that says what to do. Each module is tested on its own."""

import numpy as np
import pytest

from graph.errors import Invalid, SetupFailed
from models.rankers import registry
from models.rankers.base import VectorRanker
from models.rankers.interactions import InteractionHistory


class Latest(VectorRanker):
    """Likes what was done last, by the item's own vector."""

    name = "latest"

    @classmethod
    def fit(cls, log, catalogue=None, settings=None, seed=0):
        return cls(log.items, np.eye(len(log.items)))

    def encode_learners(self, history: InteractionHistory):
        return self.vectors[history.item[:, -1]]

    def parameters(self):
        return {"vectors": self.vectors}

    @classmethod
    def from_parameters(cls, items, parameters):
        return cls(items, parameters["vectors"])


@pytest.fixture
def listed(monkeypatch):
    monkeypatch.setitem(registry.RANKERS, "latest", registry.RankerEntry(__name__, "Latest", "test", ""))


def test_a_ranker_comes_back_from_disk_as_it_was(listed, tmp_path):
    model = Latest(("u", "v"), np.array([[1.0, 0.5], [0.0, 2.0]]))
    model.notes = ("one event",)
    registry.save_ranker(model, tmp_path / "latest", {"ndcg10": 0.2})
    saved = registry.load_saved_ranker(tmp_path / "latest")
    seen = InteractionHistory(np.array([[1]]), np.zeros((1, 1), np.float32), np.ones((1, 1), np.float32))
    assert saved.ranker.items == ("u", "v") and saved.ranker.notes == ("one event",)
    assert saved.ranker.score(seen).tolist() == [[1, 4]] == saved.ranker.score(seen, np.array([[0, 1]])).tolist()
    assert saved.version.startswith("latest-") and saved.figures == {"ndcg10": 0.2}


def test_what_is_not_there_says_how_to_get_it(tmp_path):
    with pytest.raises(SetupFailed, match="lodestar evaluate COURSE --offline"):
        registry.load_saved_ranker(tmp_path)
    (tmp_path / "ranker.json").write_text("{}")
    with pytest.raises(SetupFailed, match="fit again"):
        registry.load_saved_ranker(tmp_path)
    with pytest.raises(Invalid, match="there are again, popular"):
        registry.import_ranker("nobody")
