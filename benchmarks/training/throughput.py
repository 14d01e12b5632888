"""Training speed beside the libraries: `python -m benchmarks.training.throughput [--quick] [--seeds 3]`.

Steps of simulated learners a second, rollout and update, of a plain PPO loop over models/rl/losses.py, of sb3-contrib's
MaskablePPO and of torchrl's PPO: the same masked environment, network (two MLPs of 2 × 64), rollout, minibatch, number
of updates and fused Adam, one thread each, see `ThroughputSetting`. Beside them the whole trainer of `lodestar train`,
with its graph network, Q-learning and replay. Rounds alternate between processes, so that other load on the machine
affects all alike; the clock is each process's CPU time (on a quiet machine the wall clock agrees).

The peers are in benchmarks/.peers/train, made on the first run; a .pth file there points at this environment, so that
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

from benchmarks.folders import PEERS_FOLDER, ROOT, locate_python
from benchmarks.report import Report
from benchmarks.training.loops import ThroughputSetting

TRAIN_FOLDER = PEERS_FOLDER / "train"
TRAIN_PYTHON = locate_python(TRAIN_FOLDER)
PEER_PACKAGES = ("sb3-contrib==2.9.2", "torchrl==0.14.1")
RoundTimes = dict[str, float]


class ContenderProcess:
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

    def round(self) -> RoundTimes:
        """Let it do one round; the others wait meanwhile."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            if line.startswith("RESULT "):
                result: RoundTimes = json.loads(line.removeprefix("RESULT "))
                return result
        raise RuntimeError(f"{self.name} ended early with status {self.process.wait()}")

    def stop(self) -> None:
        """No more rounds."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


def main() -> None:
    """Install the peers, alternate rounds, report."""
    options = parse_arguments()
    setting = ThroughputSetting()
    settings = asdict(setting) | {"seeds": options.seeds, "rounds": options.rounds, "clock": "CPU time, one thread"}
    report = Report("train", quick=options.quick, settings=settings)
    rounds: dict[str, list[RoundTimes]] = {}
    for seed in range(options.seeds):
        for name, found in run_rounds(seed, options.rounds, ensure_peers()).items():
            rounds.setdefault(name, []).extend(found)
    report.table(
        f"{setting.frames} steps a round, {options.seeds} seeds × {options.rounds} rounds",
        tabulate_contenders(rounds, setting),
    )
    report.figures.update(summarise_contenders(rounds, setting))
    report.write()


def parse_arguments() -> Namespace:
    """The command line."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one seed, three rounds")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=8, help="rounds a seed, after one to warm up")
    options = parser.parse_args()
    if options.quick:
        options.seeds, options.rounds = 1, 3
    return options


def ensure_peers() -> bool:
    """Whether the peers' environment is there; makes it if it can."""
    if (TRAIN_FOLDER / "ready").exists():
        return True
    print("installing the peers, once:", *PEER_PACKAGES, flush=True)
    venv.create(TRAIN_FOLDER, with_pip=True, clear=True)
    [packages] = TRAIN_FOLDER.glob("Lib/site-packages" if sys.platform == "win32" else "lib/*/site-packages")
    (packages / "project.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    installed = subprocess.run([str(TRAIN_PYTHON), "-m", "pip", "install", "-q", *PEER_PACKAGES], check=False)
    if installed.returncode:
        print("skipped the peers: they could not be installed")
        return False
    (TRAIN_FOLDER / "ready").write_text("\n".join(PEER_PACKAGES), encoding="utf-8")
    return True


def run_rounds(seed: int, rounds: int, peers: bool) -> dict[str, list[RoundTimes]]:
    """All contenders from one seed, a round each in turn; the first is not counted."""
    here, ours, theirs = Path(sys.executable), "benchmarks.training.loops", "benchmarks.workers.rl_libraries"
    contenders = [("lodestar", here, ours), ("graph", here, ours)]
    contenders += [("sb3", TRAIN_PYTHON, theirs), ("torchrl", TRAIN_PYTHON, theirs)] if peers else []
    workers = [ContenderProcess(name, python, module, seed) for name, python, module in contenders]
    found: dict[str, list[RoundTimes]] = {worker.name: [] for worker in workers}
    for number in range(rounds + 1):
        for worker in workers:
            result = worker.round()
            if number:
                found[worker.name].append(result)
        print(f"seed {seed}, round {number} of {rounds}", flush=True)
    for worker in workers:
        worker.stop()
    return found


def compute_speeds(found: list[RoundTimes], frames: int, parts: tuple[str, ...] = ("rollout", "update")) -> list[float]:
    """Steps a second of each round."""
    return [frames / sum(one[part] for part in parts) for one in found]


def tabulate_contenders(rounds: dict[str, list[RoundTimes]], setting: ThroughputSetting) -> list[dict[str, Any]]:
    """One line a contender."""
    lines = []
    for name, found in rounds.items():
        steps = compute_speeds(found, setting.frames)
        line = {"contender": name, "steps/s": f"{median(steps):,.0f} ± {stdev(steps):,.0f}"}
        for part in ("rollout", "update"):
            line[f"{part} steps/s"] = (
                "" if name == "graph" else f"{median(compute_speeds(found, setting.frames, (part,))):,.0f}"
            )
        line["ours is faster by"] = f"{compute_ratio(rounds, name):.2f}"
        lines.append(line)
    return lines


def compute_ratio(rounds: dict[str, list[RoundTimes]], name: str) -> float:
    """How many times faster the plain loop was than `name`, median over rounds of the same turn."""
    pairs = zip(rounds["lodestar"], rounds[name], strict=True)
    return median((b["rollout"] + b["update"]) / (a["rollout"] + a["update"]) for a, b in pairs)


def summarise_contenders(rounds: dict[str, list[RoundTimes]], setting: ThroughputSetting) -> dict[str, float]:
    """Flat names as in docs/design.md."""
    found: dict[str, float] = {
        "lodestar.graph_steps_per_s": round(median(compute_speeds(rounds["graph"], setting.frames)))
    }
    for name in rounds.keys() - {"graph"}:
        found[f"{name}.steps_per_s"] = round(median(compute_speeds(rounds[name], setting.frames)))
        for part in ("rollout", "update"):
            found[f"{name}.{part}_steps_per_s"] = round(median(compute_speeds(rounds[name], setting.frames, (part,))))
        found[f"{name}.ratio"] = round(compute_ratio(rounds, name), 3)
    return dict(sorted(found.items()))


if __name__ == "__main__":
    main()
