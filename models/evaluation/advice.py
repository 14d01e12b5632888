"""Advice on the strategy to serve: what each family needs, what data the course has, what was measured, which serves.

The needs are the field's rules of thumb, documented below; they only say what is worth trying. The choice rests on
measurements. The base is the winner on simulated learners (`lodestar evaluate`), or `needed` before any evaluation. A
ranker replaces it when it predicts better what learners turn to than every simpler strategy (bootstrap interval of the
NDCG@10 difference above 0, `lodestar evaluate --offline`) and has as high an E_p on simulated learners: preference
alone does not outweigh a lower E_p.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from models.storage import replace_file

Team = Literal["none", "some", "full"]
"""Who maintains models: nobody, a person occasionally, or a team that retrains and monitors them."""

CARE_LEVELS: dict[str, int] = {"none": 0, "some": 1, "full": 2}
ADVICE_FILE = "advice.json"
NEED_LABELS = {
    "prerequisites": "prerequisite(s)",
    "answered": "recommendations with an outcome",
    "described": "resources described",
}
MIN_KNOWN_EVENTS = 5
"""Least events of a known learner or item."""
EP_TOLERANCE = 0.01
"""Largest difference by which a ranker's E_p may be below the base's and still count as equal."""


@dataclass(frozen=True)
class CourseDataSummary:
    """Amounts of data of a course.

    Attributes:
        known_learners, known_items: with at least `MIN_KNOWN_EVENTS` events.
        density: share of all pairs of learner and resource that have an event.
        right: share of right outcomes, None without any; `own`: share of the events that learners chose themselves.
        answered: decisions whose outcome is known.
    """

    points: int
    prerequisites: int
    resources: int
    described: int
    learners: int
    known_learners: int
    known_items: int
    interactions: int
    density: float
    right: float | None
    own: float
    answered: int
    days: float

    @property
    def labels(self) -> str:
        """Whether the outcomes are informative: "none", "telling" or "nearly all the same"."""
        if self.right is None:
            return "none"
        return "telling" if 0.1 <= self.right <= 0.95 else "nearly all the same"


@dataclass(frozen=True)
class FamilyNeeds:
    """Least data that makes a family worth trying, and its maintenance `care` (0: none, 2: a full team)."""

    care: int
    why: str
    described: float = 0.0
    prerequisites: int = 0
    interactions: int = 0
    known_learners: int = 0
    known_items: int = 0
    answered: int = 0


FAMILY_NEEDS: dict[str, FamilyNeeds] = {
    "reference": FamilyNeeds(0, "needs nothing; it is there to be beaten"),
    "popularity": FamilyNeeds(0, "counts settle after a few dozen events", interactions=50),
    "sequencing": FamilyNeeds(0, "needs the prerequisite graph", prerequisites=1),
    "course graph": FamilyNeeds(0, "walks the prerequisite graph; no data of learners", prerequisites=1),
    "content": FamilyNeeds(0, "needs titles, and one event of a learner", described=0.8, interactions=20),
    "bandit": FamilyNeeds(1, "one parameter vector; learns from every outcome", answered=100),
    "collaborative": FamilyNeeds(
        1, "factors need several events a learner and an item", interactions=1000, known_learners=50, known_items=30
    ),
    "hybrid": FamilyNeeds(1, "content carries it while data are few", 0.8, 0, 500, 30, 20),
    "sequence": FamilyNeeds(2, "networks over long histories", interactions=10_000, known_learners=200, known_items=50),
    "graph": FamilyNeeds(2, "convolution over who did what", interactions=5000, known_learners=100, known_items=50),
    "offline reinforcement": FamilyNeeds(2, "learns from logged decisions alone, so from many", answered=5000),
    "reinforcement": FamilyNeeds(2, "a policy trained on simulated learners", prerequisites=1),
}
"""Rules of thumb: a thousand events and tens of known learners for factors, ten thousand for networks on sequences."""


@dataclass(frozen=True)
class AdviceRow:
    """One line of the decision matrix; `lacking` is empty where the family is worth trying."""

    strategy: str
    family: str
    lacking: tuple[str, ...]
    why: str
    ndcg10: float | None = None
    better: bool | None = None
    ep: float | None = None


@dataclass(frozen=True)
class Advice:
    """The decision matrix, the strategy to serve, and why in one sentence."""

    rows: tuple[AdviceRow, ...]
    strategy: str
    why: str


@dataclass(frozen=True)
class OfflineMeasurement:
    """Offline figures of one strategy: NDCG@10, and its lead over the best simpler family with its interval."""

    ndcg10: float
    lead: float
    low: float
    high: float


def find_lacking_data(needs: FamilyNeeds, data: CourseDataSummary, team: Team) -> tuple[str, ...]:
    """Return the data that a family lacks, in words."""
    amounts = asdict(data) | {"described": data.described / max(1, data.resources)}
    short = [
        f"{_format_amount(name, amounts[name])} of {_format_amount(name, wanted)} "
        f"{NEED_LABELS.get(name, name.replace('_', ' '))}"
        for name, wanted in asdict(needs).items()
        if name not in ("care", "why") and amounts[name] < wanted
    ]
    return tuple(short + (["somebody who looks after it (TEAM)"] if CARE_LEVELS[team] < needs.care else []))


def advise_strategy(
    strategies: Sequence[tuple[str, str]],
    data: CourseDataSummary,
    team: Team,
    offline: Mapping[str, OfflineMeasurement],
    taught: Mapping[str, float],
    base: str,
) -> Advice:
    """Return the decision matrix of `strategies` (name, family) and the strategy to serve.

    offline: figures of each strategy on the course's log; taught: its E_p on the leaderboard; base: the strategy to
    serve if no ranker qualifies.
    """
    rows = []
    for name, family in strategies:
        needs, seen = FAMILY_NEEDS[family], offline.get(name)
        better = None if seen is None else seen.low > 0
        short = find_lacking_data(needs, data, team)
        rows.append(AdviceRow(name, family, short, needs.why, seen.ndcg10 if seen else None, better, taught.get(name)))
    return Advice(tuple(rows), *pick_strategy(rows, base))


def pick_strategy(rows: Sequence[AdviceRow], base: str) -> tuple[str, str]:
    """Return the strategy to serve and why."""
    ep = next((row.ep for row in rows if row.strategy == base), None)
    better = [row for row in rows if row.better and not row.lacking and row.family != "reference"]
    proven = [row for row in better if row.ep is not None and ep is not None and row.ep >= ep - EP_TOLERANCE]
    if proven:
        best = max(proven, key=lambda row: row.ndcg10 or 0.0)
        if best.strategy != base:
            return best.strategy, (
                f"it predicts best what learners turn to (NDCG@10 {best.ndcg10:.3f}, better than everything simpler)"
                f" and teaches as well as {base} (E_p {best.ep:.3f}, {ep:.3f})"
            )
    if better:
        names = ", ".join(row.strategy for row in better)
        return base, f"{names}: better at what learners turn to, but not shown to teach as well (lodestar evaluate)"
    if ep is None:
        return base, "nothing is measured yet; it needs no data but the prerequisite graph"
    return base, f"it teaches best (E_p {ep:.3f} on held-out simulated learners), and no ranker is shown to do as well"


def _format_amount(name: str, value: float) -> str:
    return f"{value:.0%}" if name == "described" else f"{value:,.0f}"


def save_advice(advice: Advice, folder: Path) -> None:
    """Write the advice to `folder`; its strategy is served from then on."""
    folder.mkdir(parents=True, exist_ok=True)
    replace_file(folder / ADVICE_FILE, json.dumps(asdict(advice), indent=1, ensure_ascii=False).encode())


def load_advised_strategy(folder: Path) -> str | None:
    """Return the strategy of the advice in `folder`; None where there is none."""
    path = folder / ADVICE_FILE
    return str(json.loads(path.read_text(encoding="utf-8"))["strategy"]) if path.exists() else None
