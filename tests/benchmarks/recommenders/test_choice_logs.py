"""A log of learners who choose for themselves: what was feasible, what was seen, and who may know what.

Learners who choose for themselves: utilities by hand, choices as often as softmax says, boredom.
"""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.recommenders.choice_logs import (
    ArrivalPlan,
    ChoosingLearners,
    Taste,
    draw_topics,
    evaluate_choices,
    generate_choice_log,
    rank_curriculum,
)
from models.policies.rule_based import RandomStrategy, ScoreStrategy
from models.policies.wrappers import RankerStrategy
from models.rankers.evaluation import evaluate_ranker
from models.rankers.interactions import InteractionHistory
from tests.models.courses import little_course, observe, on_the_way, random_course
from tests.models.policies.test_wrappers import Follows

INDIFFERENT = Taste(kind=0, modality=0, length=0, topic=0, popular=0, order=0, again=0)
COURSE = random_course(1)


def some(learners=1):
    """Learners of the little course whose candidates are r1, r3 and r4, with one padded place."""
    seen = observe(little_course(), [[0.8, 0.1, 0, 0]] * learners, [2, 3])
    return replace(seen, candidates=np.pad(seen.candidates, ((0, 0), (0, 1))), mask=np.pad(seen.mask, ((0, 0), (0, 1))))


def test_who_is_indifferent_chooses_by_chance_and_never_what_is_padded():
    choosers = ChoosingLearners(little_course(), 3000, 0, INDIFFERENT)
    share = np.bincount(choosers.choose(some(3000)), minlength=4) / 3000
    assert share == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0], abs=0.03)


def test_choices_are_as_frequent_as_softmax_says():
    course, taste = little_course(), replace(INDIFFERENT, order=1.0, scale=0.5)
    choosers = ChoosingLearners(course, 5000, 0, taste)
    choosers._order = np.full((5000, 1), 1.5)
    value = choosers.utility(some(5000))
    # r1 and r4 teach articles, the second point in order; r3 teaches plurals
    assert value[0, :3] == pytest.approx([1.5, 1.5 * np.exp(-2 / 3), 1.5 * np.exp(-1 / 3)])
    expected = np.exp(value[0] / 0.5) / np.exp(value[0] / 0.5).sum()
    assert np.bincount(choosers.choose(some(5000)), minlength=4) / 5000 == pytest.approx(expected, abs=0.02)


def test_what_is_popular_and_what_was_done_changes_the_utility():
    course = little_course()
    counts = np.array([0, 0, 0, 9, 0], dtype=np.float32)
    choosers = ChoosingLearners(course, 1, 0, replace(INDIFFERENT, popular=1.0, again=2.0), counts)
    value = choosers.utility(some())[0]
    assert value[1] > value[0] == value[2]
    done = replace(some(), history=InteractionHistory(np.array([[-1, 3]]), np.zeros((1, 2)), np.ones((1, 2))))
    assert choosers.utility(done)[0, :3] - value[:3] == pytest.approx([0, -2, 0])


def test_taste_differs_between_learners_and_not_between_calls():
    first, again = ChoosingLearners(COURSE, 20, 5), ChoosingLearners(COURSE, 20, 5)
    assert np.array_equal(first.worth, again.worth)
    assert np.array_equal(first.choose(on_the_way(COURSE, 20)), again.choose(on_the_way(COURSE, 20)))
    assert first.worth.std(axis=0).min() > 0.3
    assert not np.array_equal(first.worth, ChoosingLearners(COURSE, 20, 6).worth)


def test_topics_are_the_courses_and_neighbours_share_them():
    about = draw_topics(COURSE, 4)
    assert np.array_equal(about, draw_topics(COURSE, 4))
    assert about.mean(axis=0) == pytest.approx(0, abs=1e-4) and about.std(axis=0) == pytest.approx(1, abs=1e-4)
    main = COURSE.taught[:, 0]
    linked = {tuple(edge) for edge in COURSE.prerequisites}
    pairs = [(a, b) for a in range(COURSE.resources) for b in range(COURSE.resources) if main[a] != main[b]]
    apart = {pair: np.linalg.norm(about[pair[0]] - about[pair[1]]) for pair in pairs}
    near = [value for (a, b), value in apart.items() if (main[a], main[b]) in linked]
    assert np.mean(near) < np.mean(list(apart.values()))


def test_the_curriculum_is_in_topological_order():
    place = rank_curriculum(COURSE)
    main = COURSE.taught[np.arange(COURSE.resources), COURSE.importance.argmax(axis=1)]
    for before, after in COURSE.prerequisites:
        assert place[main == before].max() < place[main == after].min()
    assert len(set(place)) == COURSE.resources


def test_a_recommendation_is_taken_up_where_it_beats_doing_something_else():
    taste = replace(INDIFFERENT, elsewhere=0.7, scale=0.5)
    choosers, seen = ChoosingLearners(little_course(), 4000, 0, taste), some(4000)
    chance = choosers.takes_up(seen, np.zeros(4000, dtype=int))
    assert chance == pytest.approx(1 / (1 + np.exp(0.7 / 0.5)))
    assert choosers.accept(seen, np.zeros(4000, dtype=int)).mean() == pytest.approx(chance[0], abs=0.02)


def test_who_is_bored_leaves_sooner():
    seen, position, did = some(4000), np.zeros(4000, dtype=int), np.ones(4000, dtype=bool)
    content = ChoosingLearners(little_course(), 4000, 0, replace(INDIFFERENT, elsewhere=-2.0))
    bored = ChoosingLearners(little_course(), 4000, 0, replace(INDIFFERENT, elsewhere=2.0))
    left = [sum(choosers.leave(seen, position, did).sum() for _ in range(5)) for choosers in (content, bored)]
    assert left[0] < 0.6 * left[1]
    assert content.mood == pytest.approx(2 * (1 - 0.7**5))
    content.leave(seen, position, ~did)
    assert content.mood == pytest.approx(2 * (1 - 0.7**5) * 0.7)


def test_pauses_are_none_or_days():
    days = ChoosingLearners(COURSE, 5000, 0, Taste(pause=0.25, away=2.0)).pause()
    assert (days > 0).mean() == pytest.approx(0.25, abs=0.02)
    assert days[days > 0].mean() == pytest.approx(2, abs=0.2)


LARGER_COURSE = random_course(2, points=24)
PLAN = ArrivalPlan(cohorts=4, size=12, days=6, since=0.7, longest=25, fewest=4, most_points=24)


@pytest.fixture(scope="module")
def moments():
    return generate_choice_log(LARGER_COURSE, PLAN, seed=1)


def test_what_was_done_was_feasible_and_the_observation_offers_the_same(moments):
    trial, seen = moments.trial, moments.observations
    rows = np.arange(len(trial))
    assert len(trial) > 50
    assert trial.feasible[rows, trial.target].all()
    assert np.array_equal(seen.candidates[rows, moments.chosen], trial.target)
    for row in rows:
        assert set(seen.candidates[row][seen.mask[row]]) == set(np.flatnonzero(trial.feasible[row]))


def test_no_prerequisite_was_skipped(moments):
    trial, seen = moments.trial, moments.observations
    for row, item in enumerate(trial.target):
        taught = LARGER_COURSE.taught[item][LARGER_COURSE.importance[item] > 0]
        before = LARGER_COURSE.prerequisites[np.isin(LARGER_COURSE.prerequisites[:, 1], taught), 0]
        assert (seen.gate[row, before] >= LARGER_COURSE.met[before]).all()


def test_training_is_over_before_anybody_is_asked(moments):
    trial = moments.trial
    assert (np.diff(trial.log.days) >= 0).all()
    assert trial.training.days.max() < trial.log.days[trial.event].min()
    assert trial.event.tolist() == list(range(len(trial.training), len(trial.log)))


def test_what_recommenders_see_as_history_is_what_the_log_tells(moments):
    trial = moments.trial
    told = trial.log.histories(trial.learner, trial.event)
    assert np.array_equal(told.item, moments.observations.history.item)
    assert np.array_equal(told.outcome, moments.observations.history.outcome, equal_nan=True)
    assert told.days == pytest.approx(moments.observations.history.days, abs=1e-3)


def test_the_same_seed_gives_the_same_log_and_another_another(moments):
    again, other = (
        generate_choice_log(LARGER_COURSE, PLAN, seed=1),
        generate_choice_log(LARGER_COURSE, PLAN, seed=2),
    )
    assert np.array_equal(again.trial.log.item, moments.trial.log.item)
    assert np.array_equal(again.observations.level, moments.observations.level)
    assert not np.array_equal(other.trial.log.item[:50], moments.trial.log.item[:50])


def test_asking_about_some_moments_keeps_them_together(moments):
    some = generate_choice_log(LARGER_COURSE, replace(PLAN, most=20), seed=1)
    assert len(some.trial) == len(some.observations) == len(some.chosen) == 20
    places = np.searchsorted(moments.trial.event, some.trial.event)
    assert np.array_equal(some.observations.level, moments.observations.level[places])
    assert np.array_equal(some.chosen, moments.chosen[places])


def test_a_ranker_scores_alike_asked_alone_and_as_a_rung(moments):
    ranker = Follows(LARGER_COURSE.resource_ids)
    alone, rung = (
        evaluate_ranker(ranker, moments.trial),
        evaluate_choices(RankerStrategy(LARGER_COURSE, ranker, "follows"), moments),
    )
    some = moments.observations.history.is_event.any(axis=1)
    assert np.array_equal(alone.rank[some], rung.rank[some])
    assert np.array_equal(alone.lists[some], rung.lists[some])
    assert alone.novelty == pytest.approx(rung.novelty)


def test_who_knows_the_choice_ranks_it_first_and_chance_does_not(moments):
    chosen = moments.trial.target

    def told(seen):
        rows = [np.flatnonzero((moments.observations.level == level).all(axis=1))[0] for level in seen.level]
        return (seen.candidates == chosen[rows][:, None]).astype(np.float32)

    knowing = evaluate_choices(ScoreStrategy("knowing", told), moments)
    assert knowing.figures()["ndcg10"] > 0.98
    feasible = moments.trial.feasible.sum(axis=1)
    assert evaluate_choices(RandomStrategy(LARGER_COURSE), moments).rank.mean() == pytest.approx(
        ((feasible + 1) / 2).mean(), rel=0.1
    )


def test_taste_shows_in_the_log():
    plain = Taste(kind=0, modality=0, length=0, topic=0, popular=0, order=0, again=0)
    spread = []
    for taste in (plain, replace(plain, kind=3.0)):
        log = generate_choice_log(LARGER_COURSE, PLAN, taste, seed=1).trial.log
        kinds = np.zeros((len(log.learners), 5))
        np.add.at(kinds, (log.learner, LARGER_COURSE.kind[log.item]), 1)
        kinds = kinds[kinds.sum(axis=1) >= 10]
        spread.append((kinds / kinds.sum(axis=1, keepdims=True)).std(axis=0).mean())
    assert spread[1] > 1.3 * spread[0]
