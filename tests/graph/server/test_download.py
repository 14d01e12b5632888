"""Downloads against a server that misbehaves on purpose: cuts, ignores ranges, lies, is busy."""

import hashlib
import random
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from graph.errors import SetupFailed
from graph.server import download
from graph.server.download import Downloader, DownloadProgress, LockedJar


class Repository(BaseHTTPRequestHandler):
    """Serves `contents`; `cuts` says after how many bytes each path's next answers break off."""

    contents: dict[str, bytes]
    cuts: dict[str, list[int]]
    busy: dict[str, int]
    ranges = True
    asked: list[tuple[str, str | None]]

    def do_GET(self):
        path, wanted = self.path.lstrip("/"), self.headers.get("Range")
        self.asked.append((path, wanted))
        if self.busy.get(path, 0):
            self.busy[path] -= 1
            self.send_error(503)
            return
        start = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1]) if wanted and self.ranges else 0
        body = self.contents[path][start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        cuts = self.cuts.get(path)
        self.wfile.write(body[: cuts.pop(0)] if cuts else body)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def repository():
    class Mine(Repository):
        contents, cuts, busy, asked = {}, {}, {}, []

    server = ThreadingHTTPServer(("127.0.0.1", 0), Mine)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    Mine.url = f"http://127.0.0.1:{server.server_port}"
    yield Mine
    server.shutdown()
    server.server_close()


def jar(repository, name: str, size: int = 200_000) -> LockedJar:
    content = random.Random(name).randbytes(size)
    made = LockedJar("org.example", name, "1.0", hashlib.sha256(content).hexdigest(), size)
    repository.contents[made.path] = content
    return made


def fetch(repository, cache, *jars: LockedJar, report=download.ignore_progress) -> None:
    Downloader(cache, repository.url, pause=0.01).fetch(jars, report)


def test_every_jar_arrives_and_a_second_run_asks_for_nothing(repository, tmp_path):
    jars = [jar(repository, f"jar-{number}", 1000 * number) for number in range(1, 21)]
    seen: list[DownloadProgress] = []
    fetch(repository, tmp_path, *jars, report=seen.append)
    assert all((tmp_path / each.path).read_bytes() == repository.contents[each.path] for each in jars)
    assert seen[-1] == DownloadProgress(210_000, 210_000)
    repository.asked.clear()
    fetch(repository, tmp_path, *jars)
    assert repository.asked == []


def test_a_cut_connection_is_resumed_where_it_broke(repository, tmp_path):
    one = jar(repository, "cut")
    repository.cuts[one.path] = [70_000, 50_000]
    fetch(repository, tmp_path, one)
    assert (tmp_path / one.path).read_bytes() == repository.contents[one.path]
    assert [wanted for _, wanted in repository.asked] == [None, "bytes=70000-", "bytes=120000-"]


def test_a_download_that_breaks_for_good_keeps_its_part_and_the_next_run_goes_on(repository, tmp_path):
    good, bad = jar(repository, "good"), jar(repository, "bad")
    repository.cuts[bad.path] = [60_000] + [0] * 20
    with pytest.raises(SetupFailed, match=r"bad-1\.0\.jar broke off.*Run the same command again"):
        fetch(repository, tmp_path, good, bad)
    assert (tmp_path / f"{bad.path}.part").stat().st_size == 60_000
    assert not (tmp_path / bad.path).exists()
    repository.cuts.clear()
    repository.asked.clear()
    fetch(repository, tmp_path, good, bad)
    assert (bad.path, "bytes=60000-") in repository.asked
    assert (tmp_path / bad.path).read_bytes() == repository.contents[bad.path]


def test_a_server_without_ranges_sends_it_all_again(repository, tmp_path):
    one = jar(repository, "whole")
    repository.ranges = False
    repository.cuts[one.path] = [150_000]
    fetch(repository, tmp_path, one)
    assert (tmp_path / one.path).read_bytes() == repository.contents[one.path]


def test_a_busy_server_is_asked_again(repository, tmp_path):
    one = jar(repository, "busy")
    repository.busy[one.path] = 2
    fetch(repository, tmp_path, one)
    assert len(repository.asked) == 3


def test_another_content_than_the_locked_one_is_refused_and_not_kept(repository, tmp_path):
    one = jar(repository, "changed")
    repository.contents[one.path] = bytes(one.size)
    with pytest.raises(SetupFailed, match="another content than the one that was tested"):
        fetch(repository, tmp_path, one)
    assert not list(tmp_path.rglob("*.jar*"))


def test_a_damaged_part_from_an_earlier_run_is_fetched_anew(repository, tmp_path):
    one = jar(repository, "damaged")
    part = tmp_path / f"{one.path}.part"
    part.parent.mkdir(parents=True)
    for damage in (bytes(90_000), bytes(one.size), bytes(one.size + 5)):
        part.write_bytes(damage)
        fetch(repository, tmp_path, one)
        assert (tmp_path / one.path).read_bytes() == repository.contents[one.path]
        (tmp_path / one.path).unlink()


def test_nobody_at_home_is_said_with_what_to_do(tmp_path):
    one = LockedJar("org.example", "nowhere", "1.0", "0" * 64, 10)
    with pytest.raises(SetupFailed, match="Run the same command again"):
        Downloader(tmp_path, "http://127.0.0.1:9", pause=0.01).fetch((one,))


@pytest.mark.parametrize("series", download.SERIES)
def test_the_locks_are_whole(series):
    content = download.load_lock(series)
    assert content.version.startswith(series)
    assert len({jar.path for jar in content.jars}) == len(content.jars) > 200
    assert all(re.fullmatch("[0-9a-f]{64}", jar.sha256) and jar.size > 0 for jar in content.jars)
    assert {"neo4j-server", "neo4j-browser"} <= {jar.artifact for jar in content.jars}
    assert content.size == sum(jar.size for jar in content.jars)


def test_an_unknown_series_names_those_there_are():
    with pytest.raises(ValueError, match=r"5\.26 and 2026"):
        download.load_lock("4.4")
