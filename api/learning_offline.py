"""A policy learned from a course's decision log and nothing else."""

from collections.abc import Callable

from api.loading import read_arrays
from api.logged import Graph, Read, read_log
from api.trained import Trained
from models.checkpoint import place
from models.offline_learning import NAME, CQLConfig, Offline, OfflineConfig, train


async def learn_from_log(
    graph: Graph,
    course: str,
    trained: Trained,
    report: Callable[[float, int, float], None] = lambda alpha, update, loss: None,
    config: OfflineConfig | None = None,
) -> tuple[Offline, Read]:
    """Learn and keep the policy in the course's folder; also what was read.

    Raises `NotFound` for the course, `Invalid` where its log is too small.
    """
    arrays = await read_arrays(graph, course, trained.tracers)
    logged, read = await read_log(graph, arrays)
    folder = place(trained.policies.policies(course), NAME)
    return train(arrays, logged, folder, config, report), read


__all__ = ["CQLConfig", "Offline", "OfflineConfig", "Read", "learn_from_log"]
