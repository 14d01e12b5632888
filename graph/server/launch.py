"""One start of the server: ports chosen, configuration written, Java started, waited for."""

import time
from dataclasses import replace
from pathlib import Path

from graph.errors import SetupFailed
from graph.server import process as processes
from graph.server.access import Access, knock
from graph.server.layout import Layout, State, free_port

START_SECONDS = 120.0
PORT_ATTEMPTS = 3
REFUSED = (
    "Neo4j refuses the password in {path}: it was changed elsewhere. "
    "Write the new one into that file, or run `lodestar db reset`."
)


class Launcher:
    """Starts the server of a home folder. The caller holds the folder's lock and has the jars in `cache`."""

    def __init__(self, layout: Layout, cache: Path, tuning: processes.Tuning) -> None:
        self._layout = layout
        self._cache = cache
        self._tuning = tuning

    def launch(self) -> None:
        """Start on the remembered ports or the next free ones; again if somebody was faster at a port."""
        self._layout.password()
        for _ in range(PORT_ATTEMPTS):
            self._spawn()
            try:
                self.wait()
            except PortTaken:
                continue
            return
        raise SetupFailed(f"Neo4j found its ports taken {PORT_ATTEMPTS} times.\n{self._layout.log_tail()}")

    def _spawn(self) -> None:
        known = self._layout.read_state()
        http_port = free_port(known.http_port)
        state = State(free_port(known.bolt_port, taken=(http_port,)), http_port)
        self._layout.prepare(state, self._tuning.page_cache)
        command = processes.command(self._layout, self._tuning)
        pid = processes.spawn(self._layout, command, self._cache)
        self._layout.write_state(replace(state, pid=pid))

    def wait(self) -> None:
        """Return once the running server lets us in.

        Raises:
            SetupFailed: it ended, or does not answer, or refuses our password; with the end of its log.
            PortTaken: it ended because somebody was faster at its port.
        """
        deadline = time.monotonic() + START_SECONDS
        while (access := self._knock()) is not Access.OPEN:
            if processes.find(self._layout) is None:
                raise self._ended()
            if access is Access.REFUSED:
                raise SetupFailed(REFUSED.format(path=self._layout.root / "password"))
            if time.monotonic() > deadline:
                processes.stop(self._layout)
                raise SetupFailed(f"Neo4j did not answer in {START_SECONDS:.0f} s. It said:\n{self._layout.log_tail()}")
            time.sleep(0.1)

    def _knock(self) -> Access:
        """Bolt opens first, so a server whose web port is open has come all the way."""
        state = self._layout.read_state()
        up = processes.listens(self._layout, state.http_port) and processes.listens(self._layout, state.bolt_port)
        return knock(self._layout.address()) if up else Access.CLOSED

    def _ended(self) -> Exception:
        tail = self._layout.log_tail()
        if "already in use" in tail or "BindException" in tail:
            return PortTaken()
        return SetupFailed(f"Neo4j ended while starting. It said:\n{tail}")


class PortTaken(Exception):
    """Somebody took the port between our look and Neo4j's bind."""
