"""Store outcomes: answer, new learner state and reward in one transaction, each outcome once.

The transaction takes the learner's lock before it reads, so two outcomes that arrive together are applied one after the
other; then the lock of the bandit whose recommendation was followed, if one was. Each stored change carries the level
before and after, so that every past state can be rebuilt.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from neo4j.exceptions import ConstraintError

from graph.connection import Graph, Row, Work
from graph.errors import Conflict, NotFound
from graph.learners.practice import (
    UNSEEN_SD,
    LearnFunction,
    LevelChange,
    Outcome,
    Practice,
    PracticeResult,
    RecordedOutcome,
    StoredMastery,
    StoredModelState,
    check_outcome,
    running_share,
)
from graph.recommendations.bandits import NO_BANDITS, BanditFeedback, BanditKey, BanditUpdates, save_bandits
from graph.values import to_datetime, to_utc


async def record_outcomes(
    graph: Graph,
    outcomes: list[Outcome],
    learn: LearnFunction,
    now: datetime,
    course: str | None = None,
    bandits: BanditUpdates = NO_BANDITS,
) -> list[RecordedOutcome]:
    """Store outcomes in the order given, all or none; one that is stored already is returned as it was.

    `learn` may be called again when the database retries the transaction. Raises `NotFound` (learner, recommendation,
    resource or item), `Conflict` (somebody else's recommendation, one that is answered, another resource than it chose,
    an id in use, or sent again with other content), or `Invalid`.
    """
    now = to_utc(now)
    valid = [check_outcome(outcome, now) for outcome in outcomes]

    async def unit(work: Work) -> list[RecordedOutcome]:
        rows = await _read_practices(work, valid, course)
        batch = _OutcomeBatch(learn, now, rows)
        recorded = [batch.apply(outcome) for outcome in valid]
        if batch.interactions:
            learnt = await bandits.learn(work, _bandit_feedback(rows, recorded, bandits))
            await work.run("learn/record_outcomes", **batch.rows())
            await save_bandits(work, learnt)
        return recorded

    try:
        return await graph.execute_write(unit)
    except ConstraintError as error:
        raise Conflict("An outcome's id was used by somebody else at the same moment.") from error


class OutcomeOrigin(NamedTuple):
    """What an outcome belongs to: a course, and the policy of the recommendation that it followed."""

    course: str | None = None
    policy: str | None = None


async def read_outcome_origins(graph: Graph, outcomes: list[Outcome]) -> list[OutcomeOrigin]:
    """Return the origin of each outcome, in this order; an empty one for an unknown learner."""
    wanted = [
        {"position": position, "learner": outcome.learner, "recommendation": outcome.recommendation}
        for position, outcome in enumerate(outcomes)
    ]
    rows = await graph.execute_read(lambda work: work.run("learn/outcome_origins", outcomes=wanted))
    origins = {row["position"]: OutcomeOrigin(row["course"], row["policy"]) for row in rows}
    return [origins.get(position, OutcomeOrigin()) for position in range(len(outcomes))]


async def _read_practices(work: Work, outcomes: list[Outcome], course: str | None) -> list[Row]:
    """Read what each outcome can change, in the order of `outcomes`; lock learners in order of id: no deadlocks."""
    wanted = [
        {
            "position": position,
            "id": outcome.id,
            "learner": outcome.learner,
            "course": course,
            "recommendation": outcome.recommendation,
            "resource": outcome.resource,
            "item": outcome.item,
        }
        for position, outcome in sorted(enumerate(outcomes), key=lambda pair: pair[1].learner)
    ]
    rows = {row["position"]: row for row in await work.run("learn/practice", outcomes=wanted)}
    for position, outcome in enumerate(outcomes):
        if position not in rows:
            raise NotFound("learner", outcome.learner)
    return [rows[position] for position in range(len(outcomes))]


@dataclass
class _LearnerInBatch:
    """A learner's state while a batch is applied; `fresh` points are not in the database yet."""

    step: int
    answers: int
    success: float
    known: dict[str, StoredMastery] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    fresh: set[str] = field(default_factory=set)
    practised: bool = False
    model_states: dict[str, StoredModelState] = field(default_factory=dict)
    new_model_states: set[str] = field(default_factory=set)


class _OutcomeBatch:
    """Apply outcomes one after the other to the state that was read, and collect the rows to write."""

    def __init__(self, learn: LearnFunction, now: datetime, rows: list[Row]) -> None:
        self._learn = learn
        self._now = now
        self._rows = iter(rows)
        self._learners: dict[str, _LearnerInBatch] = {}
        self._done: dict[str, tuple[Outcome, RecordedOutcome]] = {}
        self._answered: dict[str, str] = {}
        self.interactions: list[dict[str, Any]] = []
        for row in rows:
            self._remember(row)

    def apply(self, outcome: Outcome) -> RecordedOutcome:
        """Apply the next outcome, or return it as stored before."""
        row = next(self._rows)
        if outcome.id in self._done:
            sent, earlier = self._done[outcome.id]
            _refuse_other_content(outcome, sent.learner, sent.right, {sent.recommendation, sent.resource, sent.item})
            return earlier
        if (known := row["known"]) is not None:
            _refuse_other_content(outcome, known["learner"], known["right"], {*known["on"], *known["followed"]})
            return _make_repeated(known)
        self._refuse_answered(outcome, row)
        recorded = self._record(outcome, row)
        self._done[outcome.id] = outcome, replace(recorded, repeated=True)
        return recorded

    def _refuse_answered(self, outcome: Outcome, row: Row) -> None:
        """Raise `Conflict` where the recommendation has an outcome already, stored or earlier in the batch."""
        if outcome.recommendation is None:
            return
        if row["recommended_to"] == outcome.learner:
            answered_by = row["answered_by"] or self._answered.get(outcome.recommendation)
            if answered_by is not None:
                raise Conflict(
                    f"Recommendation {outcome.recommendation!r} is answered by the outcome {answered_by!r}, and takes "
                    "one outcome. Send what else was done with `resource` or `item` instead."
                )
        self._answered[outcome.recommendation] = outcome.id

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Return the parameters of learn/record_outcomes."""
        written = {name: learner for name, learner in self._learners.items() if learner.practised}
        return {
            "interactions": self.interactions,
            "learners": [
                {"learner": name, "step": each.step, "answers": each.answers, "success": each.success}
                for name, each in written.items()
            ],
            "known": self._mastery(written, fresh=False),
            "fresh": self._mastery(written, fresh=True),
            "traces": [
                {"learner": name, "course": course, "memory_of": state.version, "memory": state.numbers}
                for name, each in written.items()
                for course, state in each.model_states.items()
                if course in each.new_model_states
            ],
        }

    def _mastery(self, written: dict[str, _LearnerInBatch], fresh: bool) -> list[dict[str, Any]]:
        rows = [
            learner.known[point].row(name, point) | {"updated_at": self._now}
            for name, learner in written.items()
            for point in learner.changed
            if (point in learner.fresh) is fresh
        ]
        return sorted(rows, key=lambda row: (row["point"], row["learner"]))

    def _remember(self, row: Row) -> None:
        learner = self._learners.setdefault(
            row["learner"], _LearnerInBatch(row["step"], row["answers"], row["success"])
        )
        for point, level, practiced_at, attempts, uncertainty, decay, own, of, numbers, demonstrated in row["mastery"]:
            state = None if numbers is None else StoredModelState(of, numbers)
            learner.known.setdefault(
                point,
                StoredMastery(
                    level,
                    to_datetime(practiced_at),
                    attempts,
                    uncertainty,
                    decay,
                    state,
                    own_decay=own,
                    demonstrated=demonstrated,
                ),
            )
        if row["trace"] is not None:
            learner.model_states.setdefault(row["course"], StoredModelState(*row["trace"]))

    def _record(self, outcome: Outcome, row: Row) -> RecordedOutcome:
        practised = _check_practised(outcome, row)
        learner = self._learners[outcome.learner]
        practice = _make_practice(
            replace(outcome, resource=practised["resource"], item=practised["item"]), row, learner
        )
        learned = self._learn(practice) if practice.points else PracticeResult(0.0)
        before = {state.point: state for state in practice.points}
        rises = [LevelChange(change.point, before[change.point].level, change.level) for change in learned.changes]
        for change in learned.changes:
            if change.point not in learner.known:
                learner.known[change.point] = StoredMastery(0.0, outcome.at, 0, UNSEEN_SD, row["forgetting"])
                learner.fresh.add(change.point)
            learner.known[change.point].change(change, before[change.point].importance > 0, outcome.at)
            learner.changed.add(change.point)
        if learned.model_state is not None and practice.course is not None:
            learner.model_states[practice.course] = learned.model_state
            learner.new_model_states.add(practice.course)
        learner.practised = True
        learner.step += 1
        learner.answers += 1
        learner.success = running_share(learner.success, outcome.right)
        recorded = RecordedOutcome(outcome.id, outcome.learner, learner.step, float(learned.reward), rises)
        kept = [learner.known[rise.point].own_decay for rise in rises]
        self.interactions.append(
            _interaction_row(outcome, recorded, practised, self._now) | {"decays": _encode_decays(kept)}
        )
        return recorded


def _bandit_feedback(
    rows: list[Row], recorded: list[RecordedOutcome], bandits: BanditUpdates
) -> dict[BanditKey, list[BanditFeedback]]:
    """Return the new outcomes that followed a bandit's recommendation, by bandit."""
    found: dict[BanditKey, list[BanditFeedback]] = {}
    for row, each in zip(rows, recorded, strict=True):
        if row["policy"] in bandits.names and None not in (row["course"], row["chosen"]) and not each.repeated:
            outcome = BanditFeedback(row["chosen"], row["context"], each.reward)
            found.setdefault(BanditKey(row["course"], row["policy"]), []).append(outcome)
    return found


def _check_practised(outcome: Outcome, row: Row) -> dict[str, str | None]:
    """Return resource and item by id, after the refusals."""
    if outcome.recommendation is not None:
        if row["recommended_to"] is None:
            raise NotFound("recommendation", outcome.recommendation)
        if row["recommended_to"] != outcome.learner:
            raise Conflict(f"Recommendation {outcome.recommendation!r} was made for another learner.")
        if outcome.resource not in (None, row["chosen"]):
            raise Conflict(
                f"Recommendation {outcome.recommendation!r} chose {row['chosen']!r}, not {outcome.resource!r}."
            )
    for kind in ("resource", "item"):
        asked = getattr(outcome, kind)
        if asked is not None and row[kind] is None:
            raise NotFound(kind, asked)
    return {"resource": row["resource"], "item": row["item"]}


def _encode_decays(decays: list[float | None]) -> list[float]:
    """Return a list in the graph has no gaps: −1 says that the course's own rate counts."""
    return [-1.0 if decay is None else decay for decay in decays]


def _refuse_other_content(outcome: Outcome, learner: str, right: bool, on: set[str | None]) -> None:
    """Raise `Conflict` where an id is sent again, with another learner, answer, or thing that was done."""
    if learner != outcome.learner:
        raise Conflict(f"The outcome id {outcome.id!r} is in use.")
    if right != outcome.right:
        stored = "right" if right else "wrong"
        raise Conflict(f"The outcome {outcome.id!r} is stored as {stored} and stays so. Use another id.")
    for named in (outcome.recommendation, outcome.resource, outcome.item):
        if named is not None and named not in on:
            raise Conflict(f"The outcome {outcome.id!r} is stored for something else than {named!r}. Use another id.")


def _make_repeated(known: Row) -> RecordedOutcome:
    changes = zip(known["points"], known["before"], known["after"], strict=True)
    rises = [LevelChange(point, before, after) for point, before, after in changes]
    return RecordedOutcome(known["id"], known["learner"], known["step"], known["reward"], rises, repeated=True)


def _make_practice(outcome: Outcome, row: Row, learner: _LearnerInBatch) -> Practice:
    importance = dict(row["touched"])
    points = list(dict.fromkeys([*importance, *(to for _, to, _ in row["influence"])]))
    unseen = StoredMastery(0.0, outcome.at, 0, UNSEEN_SD, row["forgetting"], is_stored=False)
    states = [learner.known.get(point, unseen).state(point, importance.get(point, 0.0), outcome.at) for point in points]
    weights: dict[tuple[str, str], float] = {}
    for start, end, weight in row["influence"]:
        weights[start, end] = max(weight, weights.get((start, end), 0.0))
    influence = [(start, end, weight) for (start, end), weight in weights.items()]
    return Practice(outcome, row["course"], states, influence, learner.model_states.get(row["course"]))


def _interaction_row(
    outcome: Outcome, recorded: RecordedOutcome, practised: dict[str, str | None], now: datetime
) -> dict[str, Any]:
    return practised | {
        "id": outcome.id,
        "learner": outcome.learner,
        "recommendation": outcome.recommendation,
        "at": outcome.at,
        "recorded_at": now,
        "outcome": "right" if outcome.right else "wrong",
        "right": outcome.right,
        "minutes": outcome.minutes,
        "score": outcome.score,
        "reward": recorded.reward,
        "step": recorded.step,
        "points": [rise.point for rise in recorded.changes],
        "before": [rise.before for rise in recorded.changes],
        "after": [rise.after for rise in recorded.changes],
    }
