"""What runs over several seeds come to: figures, lines of a table, and the difference to the rung below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from benchmarks.recommender_worker import Run
from models.rankers.measures import Difference, Result, difference

RANKED = ("ndcg10", "hit10", "mrr")
WHOLE = ("coverage", "novelty", "diversity", "calibration", "recommend_ms")
COST = ("train_s", "memory_mib")
PEER = "peer."
OURS = {"implicit": "als", "implicit_anew": "als", "sasrec_rectools": "sasrec"}
"""Which of our rankers stands beside a peer, where the names differ."""
DIGITS = {"train_s": 2, "recommend_ms": 3, "memory_mib": 1, "novelty": 3}


@dataclass
class Standing:
    """What was measured on one data set: runs by rung, the simplest first, one a seed. `fixed`: see `Study`."""

    data: str
    fixed: bool = True
    runs: dict[str, list[Run]] = field(default_factory=dict)

    def add(self, rung: str, run: Run) -> None:
        """One more seed of a rung."""
        self.runs.setdefault(rung, []).append(run)

    def figures(self) -> dict[str, float]:
        """DATA.RUNG.NAME, rounded; without what is unknown."""
        found = {}
        for rung, runs in self.runs.items():
            values = means(runs) | self._above(rung)
            found |= {
                f"{self.data}.{rung}.{name}": round(value, DIGITS.get(name, 4))
                for name, value in values.items()
                if np.isfinite(value)
            }
        return found

    def _above(self, rung: str) -> dict[str, float]:
        gap = self.above(rung)
        names = ("ndcg10_above", "ndcg10_above_low", "ndcg10_above_high")
        return {} if gap is None else dict(zip(names, (gap.mean, gap.low, gap.high), strict=True))

    def above(self, rung: str) -> Difference | None:
        """NDCG@10 over the rung before, of a peer over ours, on the seeds that both have; None for the first."""
        below = self._below(rung)
        if below not in self.runs:
            return None
        seeds = min(len(self.runs[name]) for name in (rung, below))
        return difference(
            *(pooled([run.result for run in self.runs[name][:seeds]], self.fixed) for name in (rung, below))
        )

    def _below(self, rung: str) -> str:
        if rung.startswith(PEER):
            peer = rung.removeprefix(PEER)
            return OURS.get(peer, peer)
        names = ["", *self.runs]
        return names[names.index(rung) - 1]

    def table(self) -> list[dict[str, object]]:
        """A line a rung."""
        return [{"rung": rung} | _line(means(runs), self.above(rung)) for rung, runs in self.runs.items()]


def means(runs: Sequence[Run]) -> dict[str, float]:
    """Means over seeds, and standard deviations of the ranked ones where there are several."""
    each = [values(run) for run in runs]
    found = {name: float(np.mean([one[name] for one in each])) for name in each[0] if all(name in one for one in each)}
    if len(runs) > 1:
        found |= {f"{name}_sd": float(np.std([one[name] for one in each], ddof=1)) for name in RANKED}
    return found


def values(run: Run) -> dict[str, float]:
    """The figures of one run by name."""
    result = run.result
    found = result.figures() | {name: getattr(result, name) for name in WHOLE}
    found |= {name: getattr(run, name) for name in COST}
    for name, rows in (("cold_learner", result.cold_learner), ("cold_item", result.cold_item)):
        found |= {f"{name}_{measure}": value for measure, value in result.figures(rows).items() if measure != "mrr"}
    return found


def pooled(results: Sequence[Result], fixed: bool) -> Result:
    """The moments of several seeds as one result; learners of different seeds are others unless `fixed`."""
    shift = 0 if fixed else 1 + max(int(result.learner.max(initial=0)) for result in results)
    whose = [result.learner + number * shift for number, result in enumerate(results)]
    joined = {
        name: np.concatenate([getattr(result, name) for result in results])
        for name in ("rank", "lists", "cold_learner", "cold_item")
    }
    return replace(results[0], learner=np.concatenate(whose), **joined)


def interval(results: Sequence[Result], fixed: bool) -> Difference:
    """Mean NDCG@10 with its bootstrap interval: the difference to what ranks nothing."""
    all_ = pooled(results, fixed)
    return difference(all_, replace(all_, rank=np.full_like(all_.rank, np.inf)))


def _line(found: Mapping[str, float], above: Difference | None) -> dict[str, object]:
    line: dict[str, object] = {}
    for name in RANKED:
        line[name] = _number(found, name) + (f" ± {found[f'{name}_sd']:.3f}" if f"{name}_sd" in found else "")
    line["above the one before, or ours"] = f"{above.mean:+.3f} ({above.low:+.3f} … {above.high:+.3f})" if above else ""
    names = ("cold_learner_ndcg10", "cold_item_ndcg10", *WHOLE[:-1])
    return line | {name.removesuffix("_ndcg10"): _number(found, name) for name in (*names, *COST, WHOLE[-1])}


def _number(found: Mapping[str, float], name: str) -> str:
    value = found.get(name, float("nan"))
    return f"{value:.{min(3, DIGITS.get(name, 3))}f}" if np.isfinite(value) else ""
