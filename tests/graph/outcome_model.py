"""A learner model for the tests: gain–propagation without numpy, numbers that can be worked by hand."""

from graph.learners.practice import PointUpdate, Practice, PracticeResult


def learn(practice: Practice, gain: float = 0.35, loss: float = 0.25, passed_on: float = 0.1) -> PracticeResult:
    """α⁺ (1 − s) η or −α⁻ s η on the taught points, a tenth of it along W; r = Σ η Δs."""
    states = {state.point: state for state in practice.points}
    right = practice.outcome.right
    direct = {
        point: (gain * (1 - state.level) if right else -loss * state.level) * state.importance
        for point, state in states.items()
    }
    total = dict(direct)
    for start, end, weight in practice.influence:
        total[end] += passed_on * weight * direct[start]
    changes = [
        PointUpdate(point, min(1.0, max(0.0, states[point].level + change)), states[point].sd * 0.9)
        for point, change in total.items()
        if change
    ]
    return PracticeResult(sum(states[point].importance * change for point, change in direct.items()), changes)
