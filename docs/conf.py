"""How the documents become a site (`make docs`): which pages there are, in which groups, and where links lead.

The source folder is the repository, so that a link means the same here, on the site and on a code host:

- to a document named in GROUPS: its page, and an anchor has to be one of its headings;
- to another file of the repository: a copy of the file that is put into the site;
- to a folder: a page with the text of its files.

Everything else is a dead link, and `make docs` fails on it, as on a document that no group names.
"""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

ROOT = Path(__file__).parent.parent
GROUPS = {
    "Start": ("README", "CONTRIBUTING", "CHANGELOG", "SECURITY"),
    "Guides": (
        "docs/curating",
        "docs/formats",
        "docs/linting",
        "docs/versions",
        "docs/reviewing",
        "docs/mining",
        "docs/api",
        "docs/analysing",
        "docs/learners",
        "docs/py2neo",
    ),
    "Reference": ("docs/cli", "docs/settings", "docs/queries", "docs/modules", "docs/glossary"),
    "Background": (
        "docs/architecture",
        "docs/design",
        "docs/measurements",
        "docs/learning",
        "docs/recommenders",
        "docs/paths",
    ),
}
"""The navigation, in order; the README is the page that a reader comes to first."""

project = "Lodestar"
author = "Lodestar maintainers"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
root_doc = "README"
include_patterns = ["*.md", "docs/*.md"]
exclude_patterns = [entry.name for entry in ROOT.iterdir() if entry.is_dir() and entry.name != "docs"]

myst_heading_anchors = 4
myst_links_external_new_tab = False

html_theme = "furo"
html_static_path = ["site.css"]
html_css_files = ["site.css"]
html_title = "Lodestar"
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False

suppress_warnings = ["misc.highlighting_failure"]  # Pygments does not know all of Cypher

FOLDERS = "folders"
LONGEST_TEXT = 64 * 1024
LOADED = re.compile(
    r"""<(?:script|img|iframe|source|video|audio|embed)\b[^>]*\bsrc=["']?(?:https?:)?//[^"'> ]*"""
    r"""|<link\b(?![^>]*rel=["']?canonical)[^>]*\bhref=["']?(?:https?:)?//[^"'> ]*"""
    r"""|(?:@import|url\()\s*["']?(?:https?:)?//[^"') ]*"""
)
"""What a browser fetches by itself from another host."""


def add_navigation(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the groups behind the README's text, where a code host does not show them."""
    if docname == root_doc:
        for group, pages in GROUPS.items():
            entries = ["Overview <self>" if page == root_doc else f"/{page}" for page in pages]
            lines = ["", "```{toctree}", ":hidden:", f":caption: {group}", "", *entries, "```", ""]
            source[0] += "\n".join(lines)


def link_folders(app: Sphinx, doctree: nodes.document) -> None:
    """Lead every link to a folder of the repository to that folder's page."""
    docname = app.env.docname
    for link in list(doctree.findall(pending_xref)):
        folder = (ROOT / docname).parent.joinpath(link["reftarget"]).resolve()
        if folder.is_dir() and folder.is_relative_to(ROOT) and folder != ROOT:
            page = f"{FOLDERS}/{folder.relative_to(ROOT).as_posix()}"
            uri = app.builder.get_relative_uri(docname, page)
            link.replace_self(nodes.reference("", "", *link.children, internal=True, refuri=uri))
            app.lodestar_folders.add(folder)  # type: ignore[attr-defined]


def folder_pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield a page for every folder that a document links to."""
    for folder in sorted(app.lodestar_folders):  # type: ignore[attr-defined]
        name = folder.relative_to(ROOT).as_posix()
        files = [path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts]
        body = "".join(file_section(path, path.relative_to(folder).as_posix()) for path in files)
        yield f"{FOLDERS}/{name}", {"title": name, "body": f"<h1>{html.escape(name)}</h1>{body}"}, "page.html"


def file_section(path: Path, name: str) -> str:
    """Return a heading with the file's text below it; without the text where it is long or no text."""
    heading = f"<h2>{html.escape(name)}</h2>"
    if path.stat().st_size > LONGEST_TEXT:
        return heading
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return heading
    return f'{heading}<div class="highlight"><pre>{html.escape(text)}</pre></div>'


def refuse_foreign_hosts(app: Sphinx) -> None:
    """Fail where a page or a style would load something from another host; links for people to follow are fine."""
    for path in sorted(app.outdir.rglob("*")):
        if path.suffix in {".html", ".css"} and (found := LOADED.search(path.read_text(encoding="utf-8"))):
            raise ExtensionError(f"{path.relative_to(app.outdir)} loads {found[0]}")


def finish(app: Sphinx, error: Exception | None) -> None:
    """Write the README's page as index.html too, where a web server looks first, and check what pages load."""
    if error is None and app.builder.format == "html":
        copyfile(app.outdir / "README.html", app.outdir / "index.html")
        refuse_foreign_hosts(app)


def setup(app: Sphinx) -> None:
    """Connect the functions above to the build."""
    app.lodestar_folders = set()  # type: ignore[attr-defined]
    app.connect("source-read", add_navigation)
    app.connect("doctree-read", link_folders)
    app.connect("html-collect-pages", folder_pages)
    app.connect("build-finished", finish)
