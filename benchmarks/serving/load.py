"""Load on the API: keep-alive HTTP/1.1 over plain asyncio streams, in a process of its own.

A client sends its requests one after the other and waits for each answer; the time is from the first byte sent to the
last byte read.
"""

import asyncio
import pickle
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import perf_counter

import orjson

from benchmarks.folders import ROOT


@dataclass(frozen=True)
class ApiCall:
    """One request; `body` makes it a POST."""

    path: str
    body: bytes | None = None


@dataclass(frozen=True)
class ApiAnswer:
    """One answer: milliseconds end to end, and the parts of the server's own time."""

    status: int
    milliseconds: float
    parts: dict[str, float]
    body: bytes = field(repr=False)

    def json(self) -> dict:
        return orjson.loads(self.body)


def send_calls(port: int, key: str, calls: list[ApiCall], clients: int = 1) -> tuple[list[ApiAnswer], float]:
    """Send every call from `clients` connections in another process; the answers in order and the seconds taken."""
    command = [sys.executable, "-c", "from benchmarks.serving.load import run_client; run_client()"]
    given = pickle.dumps((port, key, calls, clients))
    return pickle.loads(subprocess.run(command, cwd=ROOT, input=given, stdout=subprocess.PIPE, check=True).stdout)


def run_client() -> None:
    """The other process: what to send comes in, the answers go out. It imports little, so it starts at once."""
    sys.stdout.buffer.write(pickle.dumps(asyncio.run(_all(*pickle.load(sys.stdin.buffer)))))


async def _all(port: int, key: str, calls: list[ApiCall], clients: int) -> tuple[list[ApiAnswer], float]:
    answers: list[ApiAnswer | None] = [None] * len(calls)
    work = iter(enumerate(calls))
    connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(clients)]
    began = perf_counter()
    await asyncio.gather(*(_client(key, work, answers, *connection) for connection in connections))
    return [answer for answer in answers if answer], perf_counter() - began


async def _client(
    key: str,
    work: Iterator[tuple[int, ApiCall]],
    answers: list[ApiAnswer | None],
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    for place, call in work:
        began = perf_counter()
        writer.write(_request(key, call))
        status, headers, body = await _response(reader)
        spent = (perf_counter() - began) * 1000
        answers[place] = ApiAnswer(status, spent, _parts(headers.get("server-timing", "")), body)
    writer.close()


def _request(key: str, call: ApiCall) -> bytes:
    body = call.body or b""
    verb = "GET" if call.body is None else "POST"
    head = f"{verb} {call.path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


async def _response(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return int(first.split()[1]), headers, await reader.readexactly(int(headers.get("content-length", "0")))


def _parts(header: str) -> dict[str, float]:
    """ "cypher;dur=1.2, total;dur=3" → {"cypher": 1.2, "total": 3.0}."""
    pairs = (part.strip().split(";dur=") for part in header.split(",") if ";dur=" in part)
    return {name: float(spent) for name, spent in pairs}
