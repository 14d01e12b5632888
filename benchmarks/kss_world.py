"""Two kinds of KSS students (EduSim 0.0.2): its rules as arrays, fast, and the package itself, through its worker.

    right on k         ⇔  .25 + .75 σ(8.5 (a_k − d_k)) ≥ ½  ⇔  a_k ≥ d_k − ln 2 / 8.5
    practice of k      nothing, unless k is near the last item that had an effect: the item itself, what follows it,
                       what it follows, what those follow, and what follows those
    else               x = ½ (5 − a_k) exp(−Σ_{p before k} (5 − a_p)),   a_j ← min(5, a_j + x Σ_{ways k → j} ½^length)

Ability a and the last item in effect are all that changes. Practice is on the arrays; what is reported comes from the
package. `parity` counts where the two differ.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers_kss import Worker
from models.course import Flags, Floats, Ints
from models.learners.log import NOTHING
from models.practice import Past

Abilities = NDArray[np.float64]
POINTS = 10
WARM_UP = 20
EDGES = ((0, 1), (0, 2), (1, 3), (2, 4), (2, 8), (3, 4), (4, 8), (5, 4), (5, 9), (6, 7), (7, 8), (8, 9))
DIFFICULTY = np.array([0, 1, 2, 3, 3, 0, 3, 3, 4, 4], dtype=np.float64)
MOST = 5.0
RIGHT_FROM = DIFFICULTY - np.log(2) / 8.5
BEFORE = np.zeros((POINTS, POINTS))
BEFORE[tuple(zip(*EDGES, strict=True))] = 1
"""1 where the row is a direct prerequisite of the column."""
SPREADS = np.linalg.inv(np.eye(POINTS) - 0.5 * BEFORE)
_AROUND = (BEFORE.T @ (np.eye(POINTS) + BEFORE.T + BEFORE)) > 0
NEAR: Flags = np.asarray((np.eye(POINTS) > 0) | (BEFORE > 0) | _AROUND)
"""Row: the last item in effect; column: what has an effect after it."""


class Drawn(NamedTuple):
    """S students after KSS's warm-up: abilities and targets (S, N), last items in effect (S,), what they answered."""

    ability: Abilities
    target: Floats
    last: Ints
    past: Past


def right_on(ability: Abilities) -> Flags:
    """(…, N) whether each point would be answered rightly now."""
    return np.asarray(ability >= RIGHT_FROM)


def practised(ability: Abilities, last: Ints, points: Ints) -> tuple[Abilities, Ints]:
    """Abilities (B, N) and last items in effect (B,) after everybody practised `points` (B,)."""
    rows = np.arange(len(points))
    effect = (last < 0) | NEAR[last, points]
    missing = ((MOST - ability) * BEFORE.T[points]).sum(axis=1)
    gain = 0.5 * (MOST - ability[rows, points]) * np.exp(-missing) * effect
    return np.minimum(MOST, ability + gain[:, None] * SPREADS[points]), np.where(effect, points, last)


class KSSArrays:
    """`models.practice.Students` by the rules above."""

    def __init__(self, drawn: Drawn) -> None:
        self.drawn, self.past = drawn, drawn.past
        self.begin(0, np.random.default_rng(0))

    def begin(self, size: int, generator: np.random.Generator) -> None:
        """See `Students`; there is no chance in KSS after the warm-up."""
        self.ability, self.last = np.zeros((size, POINTS)), np.full(size, NOTHING)

    def renew(self, who: Ints, students: Ints) -> Floats:
        """See `Students`."""
        self.ability[who], self.last[who] = self.drawn.ability[students], self.drawn.last[students]
        return self.drawn.target[students]

    def answer(self, points: Ints) -> Flags:
        """See `Students`."""
        self.ability, self.last = practised(self.ability, self.last, points)
        return right_on(self.ability)[np.arange(len(points)), points]

    def exam(self) -> Floats:
        """See `Students`."""
        return right_on(self.ability).astype(np.float32)

    def truth(self) -> tuple[Abilities, Ints]:
        """What planners may know that say so: abilities (B, N) and last items in effect (B,)."""
        return self.ability.copy(), self.last.copy()

    def state(self) -> dict[str, Any]:
        """See `Students`."""
        return {"ability": self.ability.copy(), "last": self.last.copy()}

    def restore(self, state: dict[str, Any]) -> None:
        """See `Students`."""
        self.ability, self.last = state["ability"].copy(), state["last"].copy()


class KSSPackage:
    """`models.practice.Students` who are the package's own learners, `count` of them drawn from `seed`."""

    def __init__(self, worker: Worker, count: int, seed: int) -> None:
        self.worker = worker
        self.drawn = draw(worker, count, seed)
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

    def gammas(self, students: Ints, paths: Ints) -> Abilities:
        """The package's own E_p of whole paths (B, T), walked anew in its own episodes, (B,)."""
        return np.array(self.worker.ask("gammas", students=students.tolist(), paths=paths.tolist()))

    def truth(self) -> tuple[Abilities, Ints]:
        """See `KSSArrays`."""
        held = self.worker.ask("held")
        return np.array([one[0] for one in held]), np.array([(one[2] or [NOTHING])[-1] for one in held])

    def state(self) -> dict[str, Any]:
        """See `Students`."""
        return {"held": self.worker.ask("held")}

    def restore(self, state: dict[str, Any]) -> None:
        """See `Students`."""
        self.worker.ask("hold", held=state["held"])


def draw(worker: Worker, count: int, seed: int) -> Drawn:
    """Students of the package who have a target left to learn; the worker keeps them too."""
    generated = worker.ask("generate", count=count, seed=seed)
    target = np.zeros((count, POINTS), dtype=np.float32)
    point = np.full((count, WARM_UP), NOTHING)
    right = np.zeros((count, WARM_UP), dtype=bool)
    for row, (_, targets, answers, _) in enumerate(generated):
        target[row, targets] = 1
        for turn, (item, correct) in enumerate(answers):
            point[row, turn], right[row, turn] = item, correct
    ability = np.array([one[0] for one in generated], dtype=np.float64)
    return Drawn(ability, target, np.array([one[3] for one in generated]), Past(point, right))


def parity(package: KSSPackage, steps: int, seed: int) -> int:
    """How often arrays and package differ: rules, answers, exams and E_p, on chance paths of all its students."""
    arrays, generator = KSSArrays(package.drawn), np.random.default_rng(seed)
    everyone = np.arange(len(package.drawn.last))
    for students in (arrays, package):
        students.begin(len(everyone), generator)
        students.renew(everyone, everyone)
    rules, target = package.worker.ask("rules"), package.drawn.target
    differ = int((np.array(rules["allowed"]) != NEAR).sum() + (np.array(rules["difficulty"]) != DIFFICULTY).sum())
    differ += int(sorted(map(tuple, rules["edges"])) != list(EDGES))
    start, paths = (arrays.exam() * target).sum(axis=1), generator.integers(0, POINTS, (len(everyone), steps))
    for points in paths.T:
        differ += int((arrays.answer(points) != package.answer(points)).sum())
        differ += int((arrays.exam() != package.exam()).sum())
    gain = ((arrays.exam() * target).sum(axis=1) - start) / (target.sum(axis=1) - start)
    return differ + int((np.abs(gain - package.gammas(everyone, paths)) > 1e-6).sum())
