"""EM against sums over all hidden paths, and against the parameters that made the data."""

from itertools import product

import numpy as np
import pytest

from models.learners.bkt_fit import EM, GAP, Skills, expected, fit, forward, keeps, ratios
from models.learners.log import AnswerLog, log_of
from models.learners.pairs import Pairs, pairs_of
from tests.models.learners.logs import chain_log, random_log

PLAIN = np.array([[0.3, 0.2, 0.2, 0.1, 0.0], [0.6, 0.05, 0.3, 0.2, 0.0]])
FORGETTING = np.array([[0.3, 0.3, 0.2, 0.1, 0.15], [0.6, 0.2, 0.15, 0.1, 0.05]])


def some_skills(size: int, forget: bool) -> Skills:
    draw = np.random.default_rng(3)
    values = [draw.uniform(0.1, 0.9, size), *(draw.uniform(0.1, 0.4, size) for _ in range(4))]
    return Skills(*values) if forget else Skills(*values[:4], np.zeros(size))


def paths(pairs: Pairs, pair: int, now: Skills, gap: np.ndarray) -> list[tuple[float, list[tuple[bool, bool, bool]]]]:
    """Weight of every course of events of one pair: at each answer (known; then learned; then lost)."""
    entries = [step.start + pair for step in pairs.steps if pair < step.stop - step.start]
    prior, learn, guess, slip, forget = (float(part[pairs.skill[pair]]) for part in now)
    found = []
    for events in product(product((False, True), repeat=3), repeat=len(entries)):
        weight, known_now = prior if events[0][0] else 1 - prior, events[0][0]
        for number, (entry, (known, learned, lost)) in enumerate(zip(entries, events, strict=True)):
            if known != known_now or (known and learned):
                weight = 0.0
                break
            right = 1 - slip if known else guess
            weight *= right if pairs.right[entry] else 1 - right
            if number == len(entries) - 1:
                weight *= not learned and not lost
                break
            kept = np.exp(-forget * gap[entries[number + 1]])
            after = known or learned
            if (lost and not after) or weight == 0:
                weight = 0.0
                break
            weight *= (1.0 if known else learn if learned else 1 - learn) * (
                (1 - kept if lost else kept) if after else 1
            )
            known_now = after and not lost
        if weight:
            found.append((weight, list(events)))
    return found


@pytest.mark.parametrize("forget", [False, True])
def test_expected_counts_are_the_sums_over_all_hidden_paths(forget):
    draw = np.random.default_rng(1)
    rows = [
        (f"l{learner}", [f"s{skill}"], None, bool(draw.random() < 0.5), float(day))
        for learner in range(3)
        for skill in range(2)
        for day in np.cumsum(draw.exponential(3, draw.integers(1, 5)))
    ]
    pairs, now = pairs_of(log_of(rows)), some_skills(2, forget)
    gap = pairs.days if forget else np.zeros(len(pairs.row))
    happened, could = np.zeros((5, 2)), np.zeros((5, 2))
    for pair, skill in enumerate(pairs.skill):
        found = paths(pairs, pair, now, gap)
        total = sum(weight for weight, _ in found)
        entries = [step.start + pair for step in pairs.steps if pair < step.stop - step.start]
        for weight, events in found:
            share = weight / total
            happened[0, skill] += share * events[0][0]
            could[0, skill] += share
            for number, (entry, (known, learned, lost)) in enumerate(zip(entries, events, strict=True)):
                happened[2 + known, skill] += share * (pairs.right[entry] != known)
                could[2 + known, skill] += share
                if number < len(entries) - 1:
                    happened[1, skill] += share * learned
                    could[1, skill] += share * (not known)
                    since, rate = gap[entries[number + 1]], now.forget[skill]
                    happened[4, skill] += share * lost
                    if lost:
                        could[4, skill] += share * (1 / rate - since / np.expm1(rate * since))
                    elif known or learned:
                        could[4, skill] += share * since
    counts = expected(pairs, now, gap if forget else None)
    for number in range(5 if forget else 4):
        assert counts[number].happened == pytest.approx(happened[number], rel=1e-6)
        assert counts[number].could == pytest.approx(could[number], rel=1e-6)


def log_likelihood(pairs: Pairs, now: Skills, gap: np.ndarray | None) -> float:
    odds = forward(pairs, now, ratios(pairs, now), keeps(pairs, now, gap))
    level, skill = odds / (1 + odds), pairs.skill[pairs.pair]
    chance = level * (1 - now.slip[skill]) + (1 - level) * now.guess[skill]
    return float(np.log(np.where(pairs.right, chance, 1 - chance)).sum())


@pytest.mark.parametrize("forget", [False, True])
def test_the_likelihood_never_falls(forget):
    pairs = pairs_of(random_log(2, learners=60, clock=True))
    gap = pairs.days if forget else None
    scores = [
        log_likelihood(pairs, fit(pairs, 5, gap, EM(strength=0.0, passes=passes, tolerance=0)), gap)
        for passes in range(1, 25)
    ]
    assert np.diff(scores).min() > -1e-6
    assert scores[-1] > scores[0] + 1


def fitted(log: AnswerLog, gap: np.ndarray | None) -> np.ndarray:
    return np.array(fit(pairs_of(log), len(log.skills), gap, EM(passes=300, tolerance=1e-4))).T


def test_the_parameters_that_made_the_log_are_found():
    assert fitted(chain_log(PLAIN, learners=4000, answers=10), None) == pytest.approx(PLAIN, abs=0.05)


def test_forgetting_by_answers_is_found():
    log = chain_log(FORGETTING, learners=4000, answers=12)
    assert fitted(log, np.ones(len(log.right))) == pytest.approx(FORGETTING, abs=0.06)


def test_forgetting_by_days_is_found():
    log = chain_log(FORGETTING, learners=4000, answers=12, days=2.0)
    assert fitted(log, pairs_of(log).days) == pytest.approx(FORGETTING, abs=0.06)


def test_guess_and_slip_leave_a_gap_even_where_learners_get_worse():
    rows = [(str(i), ["a"], None, t < 3, 0.0) for i in range(200) for t in range(6)]
    now = fit(pairs_of(log_of(rows)), 1, None, EM())
    assert now.guess[0] + now.slip[0] <= 1 - GAP + 1e-9
