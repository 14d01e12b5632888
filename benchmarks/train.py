"""Training speed beside the libraries: `python -m benchmarks.train [--quick] [--seeds 3]`.

Steps of simulated learners a second, rollout and update, of a plain PPO loop over models/ppo.py, of sb3-contrib's
MaskablePPO and of torchrl's PPO: the same masked environment, network (two MLPs of 2 × 64), rollout, minibatch, number
of updates and fused Adam, one thread each, see `Setting` in train_loops.py. Beside them the whole trainer of `lodestar
train`, with its graph network, Q-learning and replay. Rounds alternate between processes, so that a busy machine is
busy for all; the clock is each process's CPU time, and a wall clock would say the same on a quiet machine.

The peers live in benchmarks/.peers/train, made on the first run; a .pth file there points at this environment, so that
torch is not installed twice.

Figures: NAME.steps_per_s, .rollout_steps_per_s, .update_steps_per_s (medians), NAME.ratio: how many times faster the
plain loop is, median over paired rounds; NAME = lodestar, sb3, torchrl; lodestar.graph_steps_per_s.
"""

import json
import subprocess
import sys
import sysconfig
import venv
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from pathlib import Path
from statistics import median, stdev
from typing import Any

from benchmarks.report import Report
from benchmarks.train_loops import Setting

ROOT = Path(__file__).parents[1]
PEERS = ROOT / "benchmarks" / ".peers" / "train"
PYTHON = PEERS / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
PACKAGES = ("sb3-contrib==2.9.2", "torchrl==0.14.1")
Round = dict[str, float]


class Worker:
    """A contender in a process of its own."""

    def __init__(self, name: str, python: Path, module: str, seed: int) -> None:
        self.name = name
        self.process = subprocess.Popen(
            [str(python), "-W", "ignore", "-m", module, name, str(seed)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def round(self) -> Round:
        """Let it do one round; the others wait meanwhile."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            if line.startswith("RESULT "):
                result: Round = json.loads(line.removeprefix("RESULT "))
                return result
        raise RuntimeError(f"{self.name} ended early with status {self.process.wait()}")

    def stop(self) -> None:
        """No more rounds."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


def main() -> None:
    """Install the peers, alternate rounds, report."""
    options = arguments()
    setting = Setting()
    settings = asdict(setting) | {"seeds": options.seeds, "rounds": options.rounds, "clock": "CPU time, one thread"}
    report = Report("train", quick=options.quick, settings=settings)
    rounds: dict[str, list[Round]] = {}
    for seed in range(options.seeds):
        for name, found in compete(seed, options.rounds, peers_installed()).items():
            rounds.setdefault(name, []).extend(found)
    report.table(
        f"{setting.frames} steps a round, {options.seeds} seeds × {options.rounds} rounds", rows(rounds, setting)
    )
    report.figures.update(figures(rounds, setting))
    report.write()


def arguments() -> Namespace:
    """The command line."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one seed, three rounds")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=8, help="rounds a seed, after one to warm up")
    options = parser.parse_args()
    if options.quick:
        options.seeds, options.rounds = 1, 3
    return options


def peers_installed() -> bool:
    """Whether the peers' environment is there; makes it if it can."""
    if (PEERS / "ready").exists():
        return True
    print("installing the peers, once:", *PACKAGES, flush=True)
    venv.create(PEERS, with_pip=True, clear=True)
    [packages] = PEERS.glob("Lib/site-packages" if sys.platform == "win32" else "lib/*/site-packages")
    (packages / "project.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    installed = subprocess.run([str(PYTHON), "-m", "pip", "install", "-q", *PACKAGES], check=False)
    if installed.returncode:
        print("skipped the peers: they could not be installed")
        return False
    (PEERS / "ready").write_text("\n".join(PACKAGES), encoding="utf-8")
    return True


def compete(seed: int, rounds: int, peers: bool) -> dict[str, list[Round]]:
    """All contenders from one seed, a round each in turn; the first is not counted."""
    here, ours, theirs = Path(sys.executable), "benchmarks.train_loops", "benchmarks.train_peers"
    contenders = [("lodestar", here, ours), ("graph", here, ours)]
    contenders += [("sb3", PYTHON, theirs), ("torchrl", PYTHON, theirs)] if peers else []
    workers = [Worker(name, python, module, seed) for name, python, module in contenders]
    found: dict[str, list[Round]] = {worker.name: [] for worker in workers}
    for number in range(rounds + 1):
        for worker in workers:
            result = worker.round()
            if number:
                found[worker.name].append(result)
        print(f"seed {seed}, round {number} of {rounds}", flush=True)
    for worker in workers:
        worker.stop()
    return found


def speed(found: list[Round], frames: int, parts: tuple[str, ...] = ("rollout", "update")) -> list[float]:
    """Steps a second of each round."""
    return [frames / sum(one[part] for part in parts) for one in found]


def rows(rounds: dict[str, list[Round]], setting: Setting) -> list[dict[str, Any]]:
    """One line a contender."""
    lines = []
    for name, found in rounds.items():
        steps = speed(found, setting.frames)
        line = {"contender": name, "steps/s": f"{median(steps):,.0f} ± {stdev(steps):,.0f}"}
        for part in ("rollout", "update"):
            line[f"{part} steps/s"] = "" if name == "graph" else f"{median(speed(found, setting.frames, (part,))):,.0f}"
        line["ours is faster by"] = f"{ratio(rounds, name):.2f}"
        lines.append(line)
    return lines


def ratio(rounds: dict[str, list[Round]], name: str) -> float:
    """How many times faster the plain loop was than `name`, median over rounds of the same turn."""
    pairs = zip(rounds["lodestar"], rounds[name], strict=True)
    return median((b["rollout"] + b["update"]) / (a["rollout"] + a["update"]) for a, b in pairs)


def figures(rounds: dict[str, list[Round]], setting: Setting) -> dict[str, float]:
    """Flat names as in DESIGN §7."""
    found: dict[str, float] = {"lodestar.graph_steps_per_s": round(median(speed(rounds["graph"], setting.frames)))}
    for name in rounds.keys() - {"graph"}:
        found[f"{name}.steps_per_s"] = round(median(speed(rounds[name], setting.frames)))
        for part in ("rollout", "update"):
            found[f"{name}.{part}_steps_per_s"] = round(median(speed(rounds[name], setting.frames, (part,))))
        found[f"{name}.ratio"] = round(ratio(rounds, name), 3)
    return dict(sorted(found.items()))


if __name__ == "__main__":
    main()
