"""Two kinds of KSS students (EduSim 0.0.2): its rules as arrays, fast, and the package itself in a worker process.

    right on k         ⇔  .25 + .75 σ(8.5 (a_k − d_k)) ≥ ½  ⇔  a_k ≥ d_k − ln 2 / 8.5
    practice of k      no effect, unless k is near the last item that had an effect: the item itself, its successors,
                       its predecessors, the predecessors of those, and the successors of those
    else               x = ½ (5 − a_k) exp(−Σ_{p before k} (5 − a_p)),
                       a_j ← min(5, a_j + x Σ_{paths k → j} ½^length)

State: ability a and the last item in effect. Practice uses the arrays; reported figures come from the package.
`count_differences` counts where the two differ.

EduSim is installed once, in benchmarks/.peers/kss. It pins packages that no longer install (an mxnet of its time), so
it is installed without its requirements, and the few that KSS needs are given beside it. Commands of the worker:
benchmarks/workers/kss.py.
"""

import json
import os
import subprocess
import tempfile
import venv
import weakref
from typing import IO, Any, NamedTuple, Self

import numpy as np

from benchmarks.folders import PEERS_FOLDER, ROOT, locate_python
from models.arrays import NO_INDEX, Doubles, Flags, Floats, Ints
from models.simulation.practice import PastAnswers

KSS_FOLDER = PEERS_FOLDER / "kss"
KSS_PYTHON = locate_python(KSS_FOLDER)
KSS_NEEDS = ("networkx==3.6.1", "numpy==2.4.6", "tqdm==4.70.1", "longling==1.4.3", "gym==0.26.2")
EDUSIM_PACKAGE = "EduSim==0.0.2"
STOP_SECONDS = 10.0
"""Seconds that the worker has to end by itself."""


def is_installed() -> bool:
    """Whether the package is installed already."""
    return (KSS_FOLDER / "ready").exists()


def ensure_installed() -> bool:
    """Whether the package is there; makes it if it can."""
    if is_installed():
        return True
    print(f"installing {EDUSIM_PACKAGE}, once", flush=True)
    venv.create(KSS_FOLDER, with_pip=True, clear=True)
    for packages in (KSS_NEEDS, ("--no-deps", EDUSIM_PACKAGE)):
        if subprocess.run([str(KSS_PYTHON), "-m", "pip", "install", "-q", *packages], check=False).returncode:
            print(f"skipped KSS: {EDUSIM_PACKAGE} could not be installed")
            return False
    (KSS_FOLDER / "ready").write_text(EDUSIM_PACKAGE, encoding="utf-8")
    return True


class KSSWorker:
    """A process that holds KSS; ends with `close`, with the `with` it is used in, or with this program."""

    def __init__(self) -> None:
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 — lives as long as the process
        command = [str(KSS_PYTHON), "-W", "ignore", "-m", "benchmarks.workers.kss"]
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env=os.environ | {"TQDM_DISABLE": "1", "OMP_NUM_THREADS": "1"},
        )
        self._end = weakref.finalize(self, _ended, self._process, self._errors)

    def ask(self, command: str, **arguments: Any) -> Any:
        """The answer to a command; RuntimeError with what the worker said where it failed."""
        sent, answers = self._process.stdin, self._process.stdout
        assert sent and answers
        try:
            print(json.dumps([command, arguments]), file=sent, flush=True)
            line = answers.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self._process.wait(STOP_SECONDS)
            self._errors.seek(0)
            raise RuntimeError(f"the KSS worker ended at {command!r}: {self._errors.read()[-2000:]}")
        return json.loads(line)

    @property
    def ended(self) -> bool:
        """Whether the process is gone."""
        return self._process.poll() is not None

    def close(self) -> None:
        """End the process; again does nothing."""
        self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _ended(process: subprocess.Popen[str], errors: IO[str]) -> None:
    assert process.stdin and process.stdout
    try:
        process.stdin.close()
        process.wait(STOP_SECONDS)
    except (BrokenPipeError, subprocess.TimeoutExpired):
        process.kill()
        process.wait()
    process.stdout.close()
    errors.close()


POINTS = 10
WARM_UP = 20
EDGES = ((0, 1), (0, 2), (1, 3), (2, 4), (2, 8), (3, 4), (4, 8), (5, 4), (5, 9), (6, 7), (7, 8), (8, 9))
DIFFICULTY = np.array([0, 1, 2, 3, 3, 0, 3, 3, 4, 4], dtype=np.float64)
MAX_ABILITY = 5.0
RIGHT_THRESHOLDS = DIFFICULTY - np.log(2) / 8.5
PREREQUISITES = np.zeros((POINTS, POINTS))
PREREQUISITES[tuple(zip(*EDGES, strict=True))] = 1
"""1 where the row is a direct prerequisite of the column."""
ABILITY_SPREAD = np.linalg.inv(np.eye(POINTS) - 0.5 * PREREQUISITES)
_PREREQUISITE_NEIGHBOURS = (PREREQUISITES.T @ (np.eye(POINTS) + PREREQUISITES.T + PREREQUISITES)) > 0
NEAR_POINTS: Flags = np.asarray((np.eye(POINTS) > 0) | (PREREQUISITES > 0) | _PREREQUISITE_NEIGHBOURS)
"""Row: the last item in effect; column: what has an effect after it."""


class DrawnStudents(NamedTuple):
    """S students after KSS's warm-up: abilities and targets (S, N), last items in effect (S,), what they answered."""

    ability: Doubles
    target: Floats
    last: Ints
    past: PastAnswers


def is_right(ability: Doubles) -> Flags:
    """(…, N) whether each point would be answered rightly now."""
    return np.asarray(ability >= RIGHT_THRESHOLDS)


def practise(ability: Doubles, last: Ints, points: Ints) -> tuple[Doubles, Ints]:
    """Abilities (B, N) and last items in effect (B,) after everybody practised `points` (B,)."""
    rows = np.arange(len(points))
    effect = (last < 0) | NEAR_POINTS[last, points]
    missing = ((MAX_ABILITY - ability) * PREREQUISITES.T[points]).sum(axis=1)
    gain = 0.5 * (MAX_ABILITY - ability[rows, points]) * np.exp(-missing) * effect
    return np.minimum(MAX_ABILITY, ability + gain[:, None] * ABILITY_SPREAD[points]), np.where(effect, points, last)


class KSSArrays:
    """`models.simulation.practice.Students` by the rules above."""

    def __init__(self, drawn: DrawnStudents) -> None:
        self.drawn, self.past = drawn, drawn.past
        self.begin(0, np.random.default_rng(0))

    def begin(self, size: int, generator: np.random.Generator) -> None:
        """See `Students`; there is no chance in KSS after the warm-up."""
        self.ability, self.last = np.zeros((size, POINTS)), np.full(size, NO_INDEX)

    def renew(self, who: Ints, students: Ints) -> Floats:
        """See `Students`."""
        self.ability[who], self.last[who] = self.drawn.ability[students], self.drawn.last[students]
        return self.drawn.target[students]

    def answer(self, points: Ints) -> Flags:
        """See `Students`."""
        self.ability, self.last = practise(self.ability, self.last, points)
        return is_right(self.ability)[np.arange(len(points)), points]

    def exam(self) -> Floats:
        """See `Students`."""
        return is_right(self.ability).astype(np.float32)

    def truth(self) -> tuple[Doubles, Ints]:
        """What planners may know that say so: abilities (B, N) and last items in effect (B,)."""
        return self.ability.copy(), self.last.copy()

    def state(self) -> dict[str, Any]:
        """See `Students`."""
        return {"ability": self.ability.copy(), "last": self.last.copy()}

    def restore(self, state: dict[str, Any]) -> None:
        """See `Students`."""
        self.ability, self.last = state["ability"].copy(), state["last"].copy()


class KSSPackage:
    """`models.simulation.practice.Students` who are the package's own learners, `count` of them drawn from `seed`."""

    def __init__(self, worker: KSSWorker, count: int, seed: int) -> None:
        self.worker = worker
        self.drawn = draw_students(worker, count, seed)
        self.past = self.drawn.past

    def begin(self, size: int, generator: np.random.Generator) -> None:
        """See `Students`."""
        self.worker.ask("hold", held=[[[0.0] * POINTS, [0], []]] * size)

    def renew(self, who: Ints, students: Ints) -> Floats:
        """See `Students`."""
        if len(who):
            self.worker.ask("place", who=who.tolist(), students=students.tolist())
        return self.drawn.target[students]

    def answer(self, points: Ints) -> Flags:
        """See `Students`."""
        return np.array(self.worker.ask("answer", points=points.tolist()), dtype=bool)

    def exam(self) -> Floats:
        """See `Students`."""
        return np.array(self.worker.ask("exam"), dtype=np.float32).reshape(-1, POINTS)

    def gammas(self, students: Ints, paths: Ints) -> Doubles:
        """The package's own E_p of whole paths (B, T), walked anew in its own episodes, (B,)."""
        return np.array(self.worker.ask("gammas", students=students.tolist(), paths=paths.tolist()))

    def truth(self) -> tuple[Doubles, Ints]:
        """See `KSSArrays`."""
        held = self.worker.ask("held")
        return np.array([one[0] for one in held]), np.array([(one[2] or [NO_INDEX])[-1] for one in held])

    def state(self) -> dict[str, Any]:
        """See `Students`."""
        return {"held": self.worker.ask("held")}

    def restore(self, state: dict[str, Any]) -> None:
        """See `Students`."""
        self.worker.ask("hold", held=state["held"])


def draw_students(worker: KSSWorker, count: int, seed: int) -> DrawnStudents:
    """Students of the package who have a target left to learn; the worker keeps them too."""
    generated = worker.ask("generate", count=count, seed=seed)
    target = np.zeros((count, POINTS), dtype=np.float32)
    point = np.full((count, WARM_UP), NO_INDEX)
    right = np.zeros((count, WARM_UP), dtype=bool)
    for row, (_, targets, answers, _) in enumerate(generated):
        target[row, targets] = 1
        for turn, (item, correct) in enumerate(answers):
            point[row, turn], right[row, turn] = item, correct
    ability = np.array([one[0] for one in generated], dtype=np.float64)
    return DrawnStudents(ability, target, np.array([one[3] for one in generated]), PastAnswers(point, right))


def count_differences(package: KSSPackage, steps: int, seed: int) -> int:
    """How often arrays and package differ: rules, answers, exams and E_p, on chance paths of all its students."""
    arrays, generator = KSSArrays(package.drawn), np.random.default_rng(seed)
    everyone = np.arange(len(package.drawn.last))
    for students in (arrays, package):
        students.begin(len(everyone), generator)
        students.renew(everyone, everyone)
    rules, target = package.worker.ask("rules"), package.drawn.target
    differ = int(
        (np.array(rules["allowed"]) != NEAR_POINTS).sum() + (np.array(rules["difficulty"]) != DIFFICULTY).sum()
    )
    differ += int(sorted(map(tuple, rules["edges"])) != list(EDGES))
    start, paths = (arrays.exam() * target).sum(axis=1), generator.integers(0, POINTS, (len(everyone), steps))
    for points in paths.T:
        differ += int((arrays.answer(points) != package.answer(points)).sum())
        differ += int((arrays.exam() != package.exam()).sum())
    gain = ((arrays.exam() * target).sum(axis=1) - start) / (target.sum(axis=1) - start)
    return differ + int((np.abs(gain - package.gammas(everyone, paths)) > 1e-6).sum())
