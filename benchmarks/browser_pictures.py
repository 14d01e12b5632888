"""Takes the pictures of docs/curating.md from a real Neo4j Browser: `python -m benchmarks.browser_pictures`.

Needs `pip install playwright` and a Chromium (`--chromium PATH`). It drives Browser as a curator would: connects, drops
the two files of `lodestar browser`, runs saved scripts; and fails where Browser shows an error.
"""

import argparse
import asyncio
import base64
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from api.cli.browse import SCRIPTS, STYLE
from api.server import managed
from api.settings import Settings
from benchmarks.stage import ROOT
from graph import browser, formats
from graph.connection import Address, connect
from graph.importing import import_course
from graph.revisions.record import By
from graph.schema import migrate

PICTURES = ROOT.parent / "docs" / "pictures"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
SIZE = {"width": 1280, "height": 800}
POINT = "english/present-perfect-experience"
DROP = """([name, content, type]) => {
  const bytes = Uint8Array.from(atob(content), sign => sign.charCodeAt(0));
  const files = new DataTransfer();
  files.items.add(new File([bytes], name, {type}));
  const place = document.querySelector('.filedrop');
  for (const kind of ['dragenter', 'dragover', 'drop'])
    place.dispatchEvent(new DragEvent(kind, {dataTransfer: files, bubbles: true, cancelable: true}));
}"""


def main() -> None:
    """Import the English course into a server of its own, and take every picture."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--chromium", default=shutil.which("chromium"), help="The browser to drive.")
    chromium = parser.parse_args().chromium
    with _server() as (address, place), _page(chromium) as page:
        window = Window(page)
        window.log_in(place, address)
        for scene in (load, find, rest, add):
            scene(window)
        _lodestar(address, "propose", "english", "--texts")
        review(window)
        _lodestar(address, "graph", "log", "english")
        _lodestar(address, "graph", "revert", "3", "--why", "The link is dead.")
        undo(window)


class Window:
    """Neo4j Browser in a real browser."""

    def __init__(self, page: Any) -> None:
        self._page = page

    def log_in(self, place: str, address: Address) -> None:
        """As somebody who read `lodestar db status` and `lodestar db password`."""
        page = self._page
        page.goto(place)
        page.wait_for_selector("[data-testid=username]", timeout=60_000)
        page.select_option("[data-testid=bolt-scheme-select]", "bolt://")
        page.fill("[data-testid=boltaddress]", address.uri.removeprefix("bolt://"))
        page.fill("[data-testid=username]", address.user)
        page.fill("[data-testid=password]", address.password)
        page.click("[data-testid=connect]")
        page.wait_for_selector("text=You are connected as user", timeout=60_000)
        page.click("//span[starts-with(., 'To help make Neo4j Browser')]/following-sibling::*")
        self.type(":clear")

    def drop(self, name: str, content: bytes, kind: str) -> None:
        """Drop a file onto the window."""
        self._page.evaluate(DROP, [name, base64.b64encode(content).decode(), kind])
        self._page.wait_for_timeout(1500)

    def star(self) -> None:
        """Open or close the saved scripts."""
        self._page.click("button[name=Favorites]")
        self._page.wait_for_timeout(500)

    def unfold(self, folder: str) -> None:
        """Open a folder of saved scripts."""
        self._page.click(f"[data-testid='expandFolder-{folder}']")
        self._page.wait_for_timeout(500)

    def run(self, script: str) -> None:
        """Click a saved script and run it."""
        self._page.click(f"[data-testid^='scriptTitle-{script}']")
        self._go()

    def type(self, command: str) -> None:
        """Type a command and run it."""
        self._page.click("[data-testid=activeEditor] >> .monaco-editor >> nth=0")
        self._page.keyboard.press("Control+A")
        self._page.keyboard.type(command)
        self._go()

    def click(self, text: str) -> None:
        """Click an arrow or a node of the graph that shows this text."""
        self._page.click(f"svg text:has-text('{text}')", force=True)
        self._page.wait_for_timeout(1500)

    def shoot(self, name: str) -> None:
        """Take the picture; raises where Browser shows an error."""
        self._page.wait_for_timeout(3000)
        if self._page.query_selector("text=/Neo\\.ClientError/"):
            raise SystemExit(f"{name}: Browser shows an error: {self._page.inner_text('body')[:800]}")
        PICTURES.mkdir(parents=True, exist_ok=True)
        self._page.screenshot(path=PICTURES / f"browser-{name}.png")
        print(f"took {name}")

    def _go(self) -> None:
        self._page.wait_for_timeout(500)
        self._page.click("[data-testid=editor-Run]")
        self._page.wait_for_timeout(2500)


def load(window: Window) -> None:
    """The two files are dropped; the scripts are under the star."""
    window.drop(STYLE, browser.style().encode(), "text/plain")
    window.drop(SCRIPTS, browser.archive("english"), "application/zip")
    window.type(":clear")
    window.star()
    window.unfold("Curate")
    window.run("0 parameters")
    window.shoot("load")


def find(window: Window) -> None:
    """A point by a part of its name."""
    window.type(":clear")
    window.type(":param text => 'present perfect'")
    window.run("find point")
    window.shoot("find")


def rest(window: Window) -> None:
    """What it rests on, and why."""
    window.type(":clear")
    window.type(f":param point => '{POINT}'")
    window.run("prerequisites of point")
    window.click("accepted")
    window.shoot("prerequisites")


def add(window: Window) -> None:
    """A resource of our own."""
    window.type(":clear")
    window.run("add resource")
    window.shoot("add")


def review(window: Window) -> None:
    """What was proposed, with its evidence."""
    window.type(":clear")
    window.unfold("Curate")
    window.unfold("Review")
    window.run("open proposals")
    window.shoot("review")


def undo(window: Window) -> None:
    """Who changed what; the resource of our own is gone again."""
    window.type(":clear")
    window.unfold("Review")
    window.unfold("Curate")
    window.run("revisions")
    window.shoot("revisions")


def _lodestar(address: Address, *words: str) -> None:
    """A command as typed, on this server."""
    print("$ lodestar", *words)
    access = {"NEO4J_URI": address.uri, "NEO4J_USER": address.user, "NEO4J_PASSWORD": address.password}
    surroundings = os.environ | access | {"LODESTAR_AUTHOR": "ana"}
    command = "from api.cli.main import main; main()"
    subprocess.run([sys.executable, "-c", command, *words], cwd=ROOT.parent, env=surroundings, check=True)


@contextmanager
def _server() -> Iterator[tuple[Address, str]]:
    """A managed Neo4j with the English course only, and where its Browser is."""
    server = managed(Settings(LODESTAR_HOME=ROOT / ".runs" / "pictures"))
    server.reset()
    address = server.start()
    try:
        asyncio.run(_fill(address))
        yield address, server.status().browser
    finally:
        server.stop()


async def _fill(address: Address) -> None:
    async with connect(address) as graph:
        await migrate(graph)
        await import_course(graph, formats.read(ROOT.parent / "examples" / "english"), by=By("ana", "import"))


@contextmanager
def _page(chromium: str | None) -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise SystemExit("Pictures need Playwright: python -m pip install playwright") from error
    if chromium is None:
        raise SystemExit("There is no Chromium; name one with --chromium PATH.")
    with sync_playwright() as tool:
        program = tool.chromium.launch(executable_path=chromium, args=QUIET)
        try:
            yield program.new_page(viewport=SIZE)
        finally:
            program.close()


if __name__ == "__main__":
    main()
