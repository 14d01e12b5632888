"""Each kind of bad row is named, counted and survived; bots by their pace."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.courses.records import FileLocation
from graph.learners.log_files import RawInteraction
from models.rankers.cleaning import BotThresholds, clean_interactions

NAN, MINUTE = math.nan, 1 / 1440


def row(learner="ann", item="u", days=1.0, outcome=None):
    return RawInteraction(learner, item, days, outcome)


def one(report, kind):
    (found,) = [found for found in report.findings if found.kind == kind]
    return found


def test_a_good_log_is_kept_as_it_is_in_order_of_time():
    log, report = clean_interactions([row("bob", "v", 3.0, 1.0), row("ann", "u", 2.5, 0.5), row("bob", "u", 2.0)])
    assert (log.learners, log.items, log.clock) == (("bob", "ann"), ("u", "v"), True)
    assert (log.learner.tolist(), log.item.tolist(), log.days.tolist()) == ([0, 1, 0], [0, 0, 1], [2, 2.5, 3])
    assert np.array_equal(log.outcome, [NAN, 0.5, 1.0], equal_nan=True)
    assert (report.rows, report.kept, report.learners, report.resources, report.findings) == (3, 3, 2, 2, ())


def test_each_kind_is_named_and_counted():
    rows = [
        *[row(learner="")] * 2,
        *[row(item="")] * 3,
        *[row(days=days) for days in (None, NAN, math.inf, -math.inf, 1e300)],
        row(days=50.0),
        RawInteraction("ann", "gone", 1.0, None, FileLocation("log.csv", 7)),
        row(),
        row(outcome=1.0),
        row("bob", outcome=NAN),
        row("bob", "v", outcome=-3.0),
    ]
    log, report = clean_interactions(rows, known=("v", "u", "w"), now=40.0)
    assert {found.kind: found.count for found in report.findings} == {
        "row without learner": 2,
        "row without resource": 3,
        "time missing or unreadable": 5,
        "time in the future": 1,
        "unknown resource": 1,
        "duplicate row": 1,
        "outcome outside [0, 1]": 2,
    }
    assert one(report, "unknown resource").examples == ("log.csv:7 ann gone",)
    assert one(report, "duplicate row").examples == ("row 14 ann u",)
    assert one(report, "row without learner").examples[0] == "row 1 ? u"
    assert log.items == ("v", "u", "w") and log.item.tolist() == [1, 1, 0]
    assert np.isnan(log.outcome).all()
    assert str(report).startswith(
        "3 of 16 rows kept: 2 learners, 2 resources\n  2 × row without learner: left out (row 1"
    )


def test_the_present_is_not_the_future_and_without_a_now_nothing_is():
    assert len(clean_interactions([row(days=40.0)], now=40.0)[0]) == 1
    assert len(clean_interactions([row(days=4e5)])[0]) == 1


def spread(learner, count, minutes, start=1.0):
    """`count` rows, the last of them `minutes` after the first, each on another resource."""
    return [row(learner, f"r{number}", start + number * minutes * MINUTE / (count - 1)) for number in range(count)]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (spread("ann", 1000, 0.99), True),
        (spread("ann", 999, 0.99), False),
        (spread("ann", 1000, 1.01), False),
        (spread("ann", 62 * 6, 6), True),
        (spread("ann", 55 * 60, 60), False),
        (spread("ann", 900, 0.5), False),
        ([row("ann", "u", 1.0)] * 1000, True),
        ([row("ann", "", 1.0 + number * 1e-9) for number in range(1000)], False),
        ([row("ann", "gone", 9.0 + number * 1e-9) for number in range(1000)], True),
    ],
)
def test_who_is_faster_than_a_person_is_a_bot(rows, found):
    others = [row("bob", "r1", 1.0), row("ann", "r1", 0.0)]
    log, report = clean_interactions([*rows, *others], known=[f"r{number}" for number in range(4000)], now=8.0)
    assert report.count("bot") == found
    assert ("ann" in log.learners) is not found
    assert "bob" in log.learners
    if found:
        assert one(report, "bot").examples == ("ann",)
        assert one(report, "bot").action == f"all {len(rows) + 1} rows left out"


def test_one_learners_minute_is_not_anothers():
    rows = [row(f"l{number}", "u", 1.0) for number in range(1000)]
    assert clean_interactions(rows)[1].findings == ()


def test_the_pace_can_be_set():
    rows = spread("ann", 10, 0.9)
    assert clean_interactions(rows)[1].count("bot") == 0
    assert clean_interactions(rows, pace=BotThresholds(burst=10))[1].count("bot") == 1
    assert clean_interactions(spread("ann", 40, 10), pace=BotThresholds(rate=2, minutes=8))[1].count("bot") == 1


def test_an_empty_log():
    log, report = clean_interactions([], known=("u",))
    assert (len(log), log.learners, log.items, report.findings) == (0, (), ("u",), ())


ANY = st.builds(
    RawInteraction,
    learner=st.sampled_from(["", None, "ann", "bob"]),
    item=st.sampled_from(["", None, "u", "v", "x"]),
    days=st.none() | st.sampled_from([NAN, math.inf, -1.0, 1.0, 2.0, 1e308, 3, True]),
    outcome=st.none() | st.sampled_from([NAN, math.inf, 0.0, 0.3, True, 7]),
)


@given(
    st.lists(ANY, max_size=15),
    st.booleans(),
    st.none() | st.just(1.5),
    st.sampled_from([BotThresholds(), BotThresholds(2, 0, 1)]),
)
def test_whatever_comes_a_log_comes_out(rows, closed, now, pace):
    log, report = clean_interactions(rows, ("u", "v") if closed else None, now, pace)
    assert report.kept == len(log) and report.rows == len(rows)
    assert (np.diff(log.days) >= 0).all() and (log.lengths > 0).all()
    assert len({(who, what, when) for who, what, when in zip(log.learner, log.item, log.days, strict=True)}) == len(log)
    lost = sum(found.count for found in report.findings if found.action == "left out")
    bots = sum(int(found.action.split()[1]) for found in report.findings if found.kind == "bot")
    assert lost + bots + len(log) == len(rows)


def test_a_large_log_is_what_a_plain_loop_makes_of_it():
    draw = np.random.default_rng(0)
    size = 20_000
    who, what, when = draw.integers(0, 300, size), draw.integers(0, 40, size), draw.integers(0, 50, size)
    rows = [
        row(f"l{one}", f"r{other}", float(moment))
        for one, other, moment in zip(who.tolist(), what.tolist(), when.tolist(), strict=True)
    ]
    log, report = clean_interactions(rows, known=[f"r{number}" for number in range(30)], now=40.0)
    expected = dict.fromkeys((each.days, each.learner, each.item) for each in rows if int(each.item[1:]) < 30)
    kept = sorted((each for each in expected if each[0] <= 40), key=lambda each: each[0])
    found = zip(log.days.tolist(), log.learner.tolist(), log.item.tolist(), strict=True)
    assert [(moment, log.learners[one], log.items[other]) for moment, one, other in found] == kept
    assert report.count("time in the future") == (when > 40).sum()
