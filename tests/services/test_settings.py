"""Settings come from their own names in the environment, never from a general one like HOME or HOST."""

from pathlib import Path

import pytest

from services.courses.artifacts import ArtifactStore
from services.settings import Settings


@pytest.fixture
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without an .env file, and an environment without settings of ours."""
    for name in ("HOME", "CACHE", "CONFIG", "API_KEY", "HOST", "PORT"):
        monkeypatch.delenv(f"LODESTAR_{name}", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_general_names_in_the_environment_change_nothing(somewhere, monkeypatch):
    before = Settings()
    for name in ("HOME", "CACHE", "CONFIG", "HOST"):
        monkeypatch.setenv(name, str(somewhere))
    monkeypatch.setenv("PORT", "1")
    assert Settings() == before
    assert before.home.name == "lodestar"


def test_our_names_count(somewhere, monkeypatch):
    monkeypatch.setenv("LODESTAR_HOME", str(somewhere))
    monkeypatch.setenv("LODESTAR_PORT", "8123")
    settings = Settings()
    assert (settings.home, settings.port) == (somewhere, 8123)
    assert (
        ArtifactStore.from_settings(settings).strategies.policy_folder("english") == somewhere / "policies" / "english"
    )


def test_a_file_counts_too(somewhere):
    (somewhere / ".env").write_text("LODESTAR_HOST=0.0.0.0\n")
    assert Settings().host == "0.0.0.0"
