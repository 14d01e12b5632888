"""Take the pictures of the documents: `python -m benchmarks.pictures {browser,analysis} [--chromium PATH]`.

`browser`: docs/curating.md, from a real Neo4j Browser. Needs `pip install playwright` and a Chromium. Drives Browser as
a curator would: connects, drops the two files of `lodestar browser`, runs saved scripts; fails where Browser shows an
error.

`analysis`: docs/analysing.md. Forty simulated learners of the English course, with hidden states of their own
(models/simulation/learners.py), receive a random candidate in thirty rounds through the real service, eight hours
apart, on a managed Neo4j; then the ready queries are plotted.
"""

import argparse
import asyncio
import base64
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from api.cli.analysis import SCRIPTS_FILE, STYLE_FILE
from benchmarks.folders import EXAMPLES, PICTURES, ROOT, RUNS_FOLDER
from benchmarks.stage import import_and_read
from graph.analysis import browser
from graph.connection import Address, Graph, connect
from graph.errors import NotFound
from graph.formats import registry
from graph.importing import import_course
from graph.learners.practice import Outcome
from graph.learners.profiles import Goal, create_learner, delete_learner, set_goals
from graph.migrations import migrate
from graph.recommendations.candidates import read_candidates
from graph.recommendations.outcomes import record_outcomes
from graph.revisions.record import Attribution
from models.simulation.learners import Population, SimulatedLearners
from services.analysis import output, questions
from services.courses.artifacts import load_course_arrays
from services.outcomes import make_outcome_model
from services.settings import Settings, get_managed_server

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
SIZE = {"width": 1280, "height": 800}
SHOWN_POINT = "english/present-perfect-experience"
DROP_SCRIPT = """([name, content, type]) => {
  const bytes = Uint8Array.from(atob(content), sign => sign.charCodeAt(0));
  const files = new DataTransfer();
  files.items.add(new File([bytes], name, {type}));
  const place = document.querySelector('.filedrop');
  for (const kind of ['dragenter', 'dragover', 'drop'])
    place.dispatchEvent(new DragEvent(kind, {dataTransfer: files, bubbles: true, cancelable: true}));
}"""


COURSE, GOAL = "english", "english/present-perfect-for-since"
LEARNERS, ROUNDS, ROUND_INTERVAL = 40, 30, timedelta(hours=8)
PLOTTED_QUERIES = {
    "gain_per_minute": {"at_least": "12", "limit": "15"},
    "stuck_points": {"at_least": "3", "limit": "12"},
}


def main() -> None:
    """Take the pictures asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("which", choices=("browser", "analysis"), help="of docs/curating.md, of docs/analysing.md")
    parser.add_argument("--chromium", default=shutil.which("chromium"), help="the browser to drive")
    options = parser.parse_args()
    if options.which == "browser":
        take_browser_pictures(options.chromium)
    else:
        draw_analysis_pictures()


def take_browser_pictures(chromium: str | None) -> None:
    """Import the English course into a server of its own, and take every picture."""
    with _server() as (address, place), _page(chromium) as page:
        window = BrowserWindow(page)
        window.log_in(place, address)
        for scene in (shoot_start, shoot_find, shoot_prerequisites, shoot_add):
            scene(window)
        _run_lodestar(address, "propose", "english", "--texts")
        shoot_review(window)
        _run_lodestar(address, "graph", "log", "english")
        _run_lodestar(address, "graph", "revert", "3", "--why", "The link is dead.")
        shoot_revisions(window)


class BrowserWindow:
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
        self._page.evaluate(DROP_SCRIPT, [name, base64.b64encode(content).decode(), kind])
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


def shoot_start(window: BrowserWindow) -> None:
    """The two files are dropped; the scripts are under the star."""
    window.drop(STYLE_FILE, browser.render_style().encode(), "text/plain")
    window.drop(SCRIPTS_FILE, browser.pack_scripts("english"), "application/zip")
    window.type(":clear")
    window.star()
    window.unfold("Curate")
    window.run("0 parameters")
    window.shoot("load")


def shoot_find(window: BrowserWindow) -> None:
    """A point by a part of its name."""
    window.type(":clear")
    window.type(":param text => 'present perfect'")
    window.run("find point")
    window.shoot("find")


def shoot_prerequisites(window: BrowserWindow) -> None:
    """What it rests on, and why."""
    window.type(":clear")
    window.type(f":param point => '{SHOWN_POINT}'")
    window.run("prerequisites of point")
    window.click("accepted")
    window.shoot("prerequisites")


def shoot_add(window: BrowserWindow) -> None:
    """A resource of our own."""
    window.type(":clear")
    window.run("add resource")
    window.shoot("add")


def shoot_review(window: BrowserWindow) -> None:
    """What was proposed, with its evidence."""
    window.type(":clear")
    window.unfold("Curate")
    window.unfold("Review")
    window.run("open proposals")
    window.shoot("review")


def shoot_revisions(window: BrowserWindow) -> None:
    """Who changed what; the resource of our own is gone again."""
    window.type(":clear")
    window.unfold("Review")
    window.unfold("Curate")
    window.run("revisions")
    window.shoot("revisions")


def _run_lodestar(address: Address, *words: str) -> None:
    """A command as typed, on this server."""
    print("$ lodestar", *words)
    access = {"NEO4J_URI": address.uri, "NEO4J_USER": address.user, "NEO4J_PASSWORD": address.password}
    surroundings = os.environ | access | {"LODESTAR_AUTHOR": "ana"}
    command = "from api.cli.main import main; main()"
    subprocess.run([sys.executable, "-c", command, *words], cwd=ROOT, env=surroundings, check=True)


@contextmanager
def _server() -> Iterator[tuple[Address, str]]:
    """A managed Neo4j with the English course only, and where its Browser is."""
    server = get_managed_server(Settings(LODESTAR_HOME=RUNS_FOLDER / "pictures"))
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
        await import_course(
            graph,
            registry.read_course_files(EXAMPLES / "english"),
            by=Attribution("ana", "import"),
        )


@contextmanager
def _page(chromium: str | None) -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise SystemExit("Pictures need Playwright: python -m pip install playwright") from error
    if chromium is None:
        raise SystemExit("There is no Chromium; name one with --chromium PATH.")
    with sync_playwright() as tool:
        program = tool.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        try:
            yield program.new_page(viewport=SIZE)
        finally:
            program.close()


async def draw_plots(graph: Graph) -> None:
    """Let the cohort learn, then draw each question."""
    await simulate_cohort(graph)
    for name, given in PLOTTED_QUERIES.items():
        question = questions.find_question(name)
        limits, params = questions.QueryLimits(), {"course": COURSE, **given}
        answer = await questions.ask_ready(graph, question, params, limits, every_row=True)
        path = PICTURES / f"ask-{name.replace('_', '-')}.png"
        output.plot_question(answer.all_rows, question, answer.limit, path)
        print(f"{path.name}: {len(answer.rows.rows)} of {len(answer.all_rows.rows)} rows")


async def simulate_cohort(graph: Graph) -> None:
    """The rounds of everybody."""
    course = await load_course_arrays(graph, COURSE)
    chance, start = random.Random(0), datetime.now(UTC) - ROUNDS * ROUND_INTERVAL
    hidden = SimulatedLearners(course, Population(), LEARNERS, np.random.default_rng(0))
    hidden.renew(np.arange(LEARNERS))
    names = [f"picture-{n}" for n in range(LEARNERS)]
    for name in names:
        with suppress(NotFound):
            await delete_learner(graph, name)
        await create_learner(graph, name, start, COURSE)
        await set_goals(graph, name, [Goal(GOAL)])
    places = {resource: place for place, resource in enumerate(course.resource_ids)}
    model = make_outcome_model({COURSE: course})
    for step in range(ROUNDS):
        now = start + step * ROUND_INTERVAL
        found = [await read_candidates(graph, name, now) for name in names]
        chosen = [chance.choice(each.resources) if each.resources else None for each in found]
        right = hidden.answer(np.array([places[each] if each else 0 for each in chosen]))
        for name, resource, answer in zip(names, chosen, right, strict=True):
            if resource:
                outcome = Outcome(f"{name}-{step}", name, bool(answer), now, resource=resource)
                await record_outcomes(graph, [outcome], model, now, COURSE)


def draw_analysis_pictures() -> None:
    """Import the English course, simulate learners and plot the ready queries."""
    asyncio.run(import_and_read(COURSE, draw_plots))


if __name__ == "__main__":
    main()
