"""The encoder's fast path beside message passing: `python -m benchmarks.training.encoder [--quick] [--seeds 3]`.

Milliseconds of one forward pass, two hops of width 24 as trained, for N points with about 7.5 edges each and B states:
one sparse product a relation over (N, B·F); PyG message passing state by state; PyG message passing over one disjoint
union of the B graphs. All three give the same numbers, which is checked first. One thread, CPU time, median.

Figures: PATH.N.B.ms with PATH = sparse, per_state, disjoint.
"""

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import replace
from statistics import median

import numpy as np
import torch
from torch import Tensor

from benchmarks.allocator import keep_freed_memory
from benchmarks.report import Report
from benchmarks.training.loops import make_synthetic_course
from models.course import Course
from models.rl.features import POINT_WIDTH, STATE_WIDTH
from models.rl.network import Encoder, NetworkConfig, build_edge_lists, build_sparse_operators

GRAPH_SIZES, BATCHES = (100, 1_000, 10_000), (1, 64)
CPU = torch.device("cpu")


def main() -> None:
    """Time every size, print and write."""
    options = parse_arguments()
    torch.set_num_threads(1)
    keep_freed_memory()
    report = Report("encoder", quick=options.quick, settings={"seeds": options.seeds, "seconds": options.seconds})
    rows = []
    for points in GRAPH_SIZES[: 2 if options.quick else 3]:
        for batch in BATCHES:
            spent = [time_paths(points, batch, seed, options.seconds) for seed in range(options.seeds)]
            found = {name: median(one[name] for one in spent) for name in spent[0]}
            report.figures.update({f"{name}.{points}.{batch}.ms": round(ms, 3) for name, ms in found.items()})
            row = {"N": points, "B": batch} | {f"{name}, ms": f"{ms:.2f}" for name, ms in found.items()}
            rows.append(row | {"per state / sparse": f"{found['per_state'] / found['sparse']:.1f}"})
            rows[-1]["disjoint / sparse"] = f"{found['disjoint'] / found['sparse']:.1f}"
    report.table("forward pass, two hops, width 24", rows)
    report.write()


def parse_arguments() -> Namespace:
    """The command line."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one seed, without 10,000 points")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0, help="CPU time for each figure and seed")
    options = parser.parse_args()
    if options.quick:
        options.seeds, options.seconds = 1, 0.4
    return options


def time_paths(points: int, batch: int, seed: int, seconds: float) -> dict[str, float]:
    """Milliseconds by path."""
    torch.manual_seed(seed)
    course, config = draw_graph(points, seed), NetworkConfig()
    encoder = Encoder(POINT_WIDTH, STATE_WIDTH, config.width, config.layers).eval()
    static, state = torch.randn(points, POINT_WIDTH), torch.rand(batch, points, STATE_WIDTH)
    operators, edges = build_sparse_operators(course, CPU), build_edge_lists(course, CPU)
    union = repeat_graph(edges, points, batch)
    many, one = static.repeat(batch, 1), state.reshape(1, batch * points, STATE_WIDTH)
    paths: dict[str, Callable[[], Tensor]] = {
        "sparse": lambda: encoder(static, state, operators),
        "per_state": lambda: encoder.by_message_passing(static, state, edges),
        "disjoint": lambda: encoder.by_message_passing(many, one, union),
    }
    with torch.inference_mode():
        expected = paths["sparse"]()
        for path in paths.values():
            again = path().view(batch, points, -1).transpose(0, 1) if path is paths["disjoint"] else path()
            torch.testing.assert_close(again, expected, atol=1e-4, rtol=1e-4)
        return {name: time_call(path, seconds) for name, path in paths.items()}


def draw_graph(points: int, seed: int) -> Course:
    """Three prerequisites a point and three related points for every four: 7.5 messages a point."""
    draw = np.random.default_rng(seed)
    later = np.repeat(np.arange(10, points), 3)
    before = later - draw.integers(1, 10, len(later))
    pairs = np.unique(np.stack([before, later], axis=1), axis=0)
    near = draw.choice(points - 1, size=3 * points // 4, replace=False)
    related = np.stack([near, near + 1], axis=1)
    weight = np.full(len(related), 0.4, dtype=np.float32)
    return replace(make_synthetic_course(points, 1), prerequisites=pairs, related=related, related_weight=weight)


def repeat_graph(edges: list[tuple[Tensor, Tensor]], points: int, batch: int) -> list[tuple[Tensor, Tensor]]:
    """The edges of `batch` copies of the graph beside each other."""
    shifted = []
    for index, weight in edges:
        offset = torch.arange(batch).repeat_interleave(index.shape[1]) * points
        shifted.append((index.repeat(1, batch) + offset, weight.repeat(batch)))
    return shifted


def time_call(path: Callable[[], Tensor], seconds: float) -> float:
    """Median CPU time of a call, over `seconds`, at least three calls."""
    spent: list[float] = []
    while sum(spent) < seconds or len(spent) < 3:
        began = time.process_time()
        path()
        spent.append(time.process_time() - began)
    return 1000 * median(spent)


if __name__ == "__main__":
    main()
