"""The site of the documents (docs/conf.py): links that lead somewhere, and a build that fails on those that do not."""

import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFIG = Path(__file__).parent.parent / "docs" / "conf.py"


@pytest.fixture
def repository(tmp_path):
    """A small repository with every document that the navigation names, and files and folders to link to."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "cypher" / "lint").mkdir(parents=True)
    shutil.copy(CONFIG, tmp_path / "docs")
    shutil.copy(CONFIG.with_name("site.css"), tmp_path / "docs")
    for page in [page for pages in runpy.run_path(str(CONFIG))["GROUPS"].values() for page in pages]:
        (tmp_path / f"{page}.md").write_text(f"# {page}\n\n## In files\n", encoding="utf-8")
    (tmp_path / "figures.json").write_text('{"figure": 1}', encoding="utf-8")
    (tmp_path / "cypher" / "lint" / "cycle.cypher").write_text("MATCH (a) WHERE a.level < 1", encoding="utf-8")
    return tmp_path


def build(repository: Path, text: str) -> subprocess.CompletedProcess[str]:
    """Build the site as `make docs` does, with `text` as docs/api.md."""
    (repository / "docs" / "api.md").write_text(f"# Calling the API\n\n{text}\n", encoding="utf-8")
    options = ["--builder", "html", "--conf-dir", "docs", "--fresh-env", "--nitpicky", "--fail-on-warning", "--quiet"]
    command = [sys.executable, "-m", "sphinx", *options, ".", "site"]
    return subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)


def test_links_to_pages_headings_files_and_folders_lead_there(repository):
    text = "[a](formats.md#in-files) [b](../README.md) [c](../figures.json) [d](../cypher/lint) [e](#calling-the-api)"
    done = build(repository, text)
    assert done.returncode == 0, done.stderr
    page = (repository / "site" / "docs" / "api.html").read_text(encoding="utf-8")
    assert 'href="formats.html#in-files"' in page and 'href="../README.html"' in page
    assert 'href="../folders/cypher/lint.html"' in page and 'href="#calling-the-api"' in page
    folder = (repository / "site" / "folders" / "cypher" / "lint.html").read_text(encoding="utf-8")
    assert "cycle.cypher" in folder and "a.level &lt; 1" in folder
    [copy] = (repository / "site" / "_downloads").rglob("figures.json")
    assert copy.read_text(encoding="utf-8") == '{"figure": 1}'
    assert (repository / "site" / "index.html").exists() and (repository / "site" / "searchindex.js").exists()


def test_every_dead_link_is_named_and_fails_the_build(repository):
    dead = ["gone.md", "formats.md#gone", "#gone", "../gone.json", "../cypher/gone", "pictures/gone.png"]
    done = build(repository, "\n\n".join([*(f"[x]({target})" for target in dead[:-1]), f"![x]({dead[-1]})"]))
    assert done.returncode != 0
    named = done.stderr.splitlines()
    for line, target in enumerate(dead):
        assert any(f"api.md:{3 + 2 * line}:" in each and "gone" in each for each in named), (target, done.stderr)


def test_a_document_that_the_navigation_leaves_out_fails_the_build(repository):
    (repository / "docs" / "unlisted.md").write_text("# Unlisted\n", encoding="utf-8")
    done = build(repository, "")
    assert done.returncode != 0 and "unlisted" in done.stderr


def test_what_would_be_loaded_from_another_host_fails_the_build(repository):
    assert build(repository, "[a link to follow](https://example.org)").returncode == 0
    done = build(repository, "![a picture](https://example.org/picture.png)")
    assert done.returncode != 0 and "https://example.org/picture.png" in done.stderr
