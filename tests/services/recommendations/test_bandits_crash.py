"""A service that is killed while outcomes pour in: what was acknowledged is stored, and learnt exactly once."""

import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from threading import Event, Lock

import httpx
import numpy as np
import pytest

from graph import catalogue
from graph.learners.profiles import create_learner
from graph.recommendations.bandits import BanditFeedback, read_bandit
from graph.recommendations.decisions import LoggedDecision, log_decisions
from models.policies.bandits import CONTEXT_SIZE
from services.courses.artifacts import ArtifactStore
from services.courses.cache import build_served_course
from services.recommendations.bandits import load_prior, update_bandit_state
from tests import little_course
from tests.api.process import serving

pytestmark = pytest.mark.database
LEARNERS, STEPS, ENOUGH = 6, 30, 45
POLICIES = ("linucb", "thompson_beta", "needed")


async def serve_decisions(graph) -> dict[str, list[str]]:
    """Decisions of three policies in turn for each learner, as their bandits would have logged them; ids by learner."""
    draw, now = np.random.default_rng(0), datetime.now(UTC)
    resources = [each.id for each in little_course.little().resources]
    served: dict[str, list[str]] = {f"learner-{n}": [] for n in range(LEARNERS)}
    decisions = []
    for learner, ids in served.items():
        await create_learner(graph, learner, now, "little")
        for step in range(STEPS):
            policy, resource = POLICIES[step % 3], resources[int(draw.integers(len(resources)))]
            context = draw.normal(size=CONTEXT_SIZE).tolist() if policy == "linucb" else None
            ids.append(f"{learner}-{step}")
            logged = LoggedDecision(ids[-1], learner, "little", now, policy, "1", resource, 1.0, 1, 0, context=context)
            decisions.append(replace(logged, candidates=[resource], kept=[True], propensities=[1.0]))
    await log_decisions(graph, decisions)
    return served


def send(url: str, key: str, learner: str, ids: list[str], heard: Callable[[dict], object]) -> None:
    """One outcome after the other until the service is gone."""
    with httpx.Client(base_url=url, headers={"X-API-Key": key}, timeout=60) as client:
        for number, id in enumerate(ids):
            outcome = {"id": f"o-{id}", "learner": learner, "recommendation": id, "right": number % 3 != 1}
            try:
                answer = client.post("/v1/outcomes", json=outcome)
            except httpx.TransportError:
                return
            assert answer.status_code == 200, answer.text
            heard(answer.json())


async def test_a_kill_loses_no_acknowledged_outcome_and_learns_none_twice(graph, address, tmp_path):
    await little_course.load(graph)
    served = await serve_decisions(graph)
    course = build_served_course(await catalogue.read_course_rows(graph, "little"), ArtifactStore(tmp_path))
    priors = {name: await load_prior(course, name) for name in ("linucb", "thompson_beta")}
    acknowledged, enough, lock = [], Event(), Lock()

    def heard(answer):
        with lock:
            acknowledged.append(answer["id"])
        if len(acknowledged) >= ENOUGH:
            enough.set()

    with serving(address, tmp_path) as one, ThreadPoolExecutor(LEARNERS) as pool:
        key = one.wait()
        sending = [pool.submit(send, one.url, key, *pair, heard) for pair in served.items()]
        assert enough.wait(120), [job.exception(0) for job in sending if job.done()]
        one.process.send_signal(signal.SIGKILL)
        for job in sending:
            job.result(60)
    assert ENOUGH <= len(acknowledged) < LEARNERS * STEPS
    stored = await check(graph, priors)
    assert set(acknowledged) <= stored
    repeated = []
    with serving(address, tmp_path) as two:
        key = two.wait()
        for learner, ids in served.items():
            known = sum(f"o-{id}" in stored for id in ids)
            send(two.url, key, learner, ids[: known + 2], lambda answer: repeated.append(answer["repeated"]))
    assert repeated.count(True) == len(stored)
    assert len(await check(graph, priors)) == len(stored) + repeated.count(False) > len(stored)


async def check(graph, priors) -> set[str]:
    """Each bandit has learnt what is stored of its own, from the same start; ids of all that is stored."""
    text = """
        MATCH (i:Interaction)-[:FOLLOWED]->(q:Recommendation)
        RETURN i.id AS id, i.reward AS reward, q.policy AS policy, q.resource AS resource, q.context AS context"""
    rows = await graph.execute_read(lambda work: work.text(text))
    for name, prior in priors.items():
        followed = [
            BanditFeedback(row["resource"], row["context"], row["reward"]) for row in rows if row["policy"] == name
        ]
        expected = update_bandit_state(prior, None, followed)
        state = await read_bandit(graph, "little", name)
        assert state.answers == len(followed) > 0
        assert state.moment == pytest.approx(expected.moment) and state.precision == pytest.approx(expected.precision)
        assert state.arms.keys() == expected.arms.keys()
        for resource, arm in state.arms.items():
            assert arm == pytest.approx(expected.arms[resource])
    return {row["id"] for row in rows}
