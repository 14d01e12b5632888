"""Every recommender on every log: `python -m benchmarks.recommenders [--quick] [--seeds 3]`.

Each ranker of `models.rankers.registry` is fitted to the training part of a trial in a process of its own
(benchmarks/recommender_worker.py) and asked what came next (benchmarks/recommender_data.py says on which data). A seed
starts the fit elsewhere; of generated logs it makes another one. On the course log, whose learners choose by hidden
tastes, the rungs of the course are asked too, and the trained policy where benchmarks.courses has left one; there,
take-up, gain and what is retained after 30 days are measured beside (models/horizons.py). Peers are measured on the
same trials (benchmarks/peers_recommenders.py). Results are kept in benchmarks/.runs/recommenders under the ranker's
source, so that a broken run goes on.

Figures: DATA.RUNG.ndcg10, .hit10, .mrr, each the mean over seeds, with _sd; .ndcg10_above over the rung before it (a
peer: over ours), .ndcg10_above_low and _high its bootstrap interval; .cold_learner_… and .cold_item_…; .coverage,
.novelty (bits), .diversity, .calibration; .train_s, .recommend_ms, .memory_mib; DATA.peer.NAME.… of peers;
horizons.RUNG.take_up, .events, .minutes, .left, .ep, .retained; clean.1m_s, the cleaning of a million rows.
"""

import os
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from importlib.util import find_spec

from benchmarks.recommender_data import COURSE_LOG, NAMES, SCALE, Size, Study, study
from benchmarks.recommender_extras import cleaning_seconds, course_rungs, horizons_of, peer_runs
from benchmarks.recommender_plots import draw
from benchmarks.recommender_runs import run
from benchmarks.recommender_tables import PEER, Standing
from benchmarks.recommender_worker import Run
from benchmarks.report import RESULTS, Report
from models.horizons import MEASURES, Horizon, compare, join
from models.rankers.registry import RANKERS

AT_SCALE = ("popular", "als", "sasrec")
QUICK_SECONDS, QUICK_LEARNERS = 35, 150
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
PEERS = ("implicit", "implicit_anew", "lightgcn", "sasrec_rectools", "gru4rec", "sasrec")
USUAL = PEERS[:4]
"""Without RecBole's sequence models: at one row an event they take an hour a fit on two cores."""


def main() -> None:
    """Measure what is not kept, then tables, figure and JSON."""
    os.environ |= dict.fromkeys(THREADS, "1")
    options = arguments()
    report = Report("recommenders", options.quick, {"seeds": options.seeds, "learners": options.learners})
    standings: list[Standing] = []
    horizons: dict[str, list[Horizon]] = {}
    for name in options.data:
        standing = Standing(name, fixed=name not in (COURSE_LOG, SCALE))
        for seed in range(1 if name == SCALE else options.seeds):
            one_seed(standing, horizons, options, seed)
        if standing.runs:
            standings.append(standing)
            tell(report, standing)
    together = {rung: join(parts) for rung, parts in horizons.items()}
    if together:
        tell_horizons(report, together)
    if not options.quick:
        report.figures["clean.1m_s"] = round(cleaning_seconds(), 2)
        draw(standings, together, RESULTS / "recommenders.png")
    report.keep_earlier()
    report.write()


def one_seed(standing: Standing, horizons: dict[str, list[Horizon]], options: Namespace, seed: int) -> None:
    """One data set with one seed; nothing where it is missing."""
    data = study(standing.data, seed, Size(options.learners))
    if data is None:
        return
    measure(data, standing, options, seed)
    if data.course is not None and options.horizons:
        for rung, found in horizons_of(data, standing, seed, options.horizons).items():
            horizons.setdefault(rung, []).append(found)


def arguments() -> Namespace:
    """The command line."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one seed, little data, under a minute")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--data", nargs="*", default=NAMES, choices=NAMES)
    parser.add_argument("--rankers", nargs="*", default=list(RANKERS), choices=list(RANKERS))
    parser.add_argument("--peers", nargs="*", default=USUAL, choices=PEERS)
    parser.add_argument("--peer-seeds", type=int, default=1, help="fits of each peer; they take minutes")
    parser.add_argument("--learners", type=int, default=5000, help="at most so many of a real log")
    parser.add_argument("--horizons", type=int, default=300, help="learners a seed; 0 leaves the horizons out")
    options = parser.parse_args()
    options.ends = None
    if options.quick:
        options.seeds, options.learners, options.peers, options.horizons = 1, QUICK_LEARNERS, [], 0
        options.data, options.ends = ["ml-100k", "assist2009-last"], time.perf_counter() + QUICK_SECONDS
    return options


def measure(data: Study, standing: Standing, options: Namespace, seed: int) -> None:
    """All rungs on one trial, the simplest first."""
    if data.moments is not None:
        for rung, done in course_rungs(data, seed):
            standing.add(rung, _told(data, rung, seed, done))
    for name in options.rankers:
        if data.name == SCALE and name not in AT_SCALE:
            continue
        if find_spec(RANKERS[name].module) is None:
            print(f"skipped {name}: there is no {RANKERS[name].module}")
            continue
        done = run(name, data, seed, options.ends and options.ends - time.perf_counter())
        if isinstance(done, str):
            print(f"skipped {data.name} {name}, seed {seed}: {done}", flush=True)
        else:
            standing.add(name, _told(data, name, seed, done))
    for name, done in peer_runs(data, options.peers if seed < options.peer_seeds else (), seed):
        standing.add(PEER + name, _told(data, PEER + name, seed, done))


def _told(data: Study, name: str, seed: int, done: Run) -> Run:
    found = " ".join(f"{measure} {value:.4f}" for measure, value in done.result.figures().items())
    print(f"{data.name} {name}, seed {seed}: {found}; fitted in {done.train_s:.1f} s", flush=True)
    return done


def tell(report: Report, standing: Standing) -> None:
    """Figures and table of one data set."""
    report.figures |= standing.figures()
    report.table(f"{standing.data}: mean over seeds", standing.table())


def tell_horizons(report: Report, found: Mapping[str, Horizon], base: str = "needed") -> None:
    """Both horizons by rung, and what is more or less than chance beside the rung that serves unmeasured courses."""
    report.figures |= {
        f"horizons.{rung}.{name}": round(value, 4)
        for rung, each in found.items()
        for name, value in each.means().items()
    }
    number: Callable[[float], str] = "{:+.3f}".format
    rows = []
    for rung, each in found.items():
        means, against = each.means(), compare(each, found[base])
        row: dict[str, object] = {"rung": rung} | {name: f"{means[name]:.3f}" for name in (*MEASURES, "left")}
        for name in ("take_up", "retained"):
            row[f"{name} against {base}"] = f"{number(against[name].difference)}  p={against[name].p:.1e}"
        rows.append(row)
    report.table("the course: short and long horizon", rows)


if __name__ == "__main__":
    main()
