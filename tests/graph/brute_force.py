"""Answer the questions of cypher/analyze in plain Python over all records, as the reference for the queries."""

import math
import statistics
from collections import Counter, defaultdict
from datetime import timedelta
from itertools import pairwise
from types import SimpleNamespace

import networkx
import numpy as np
from scipy import stats

from graph.connection import Graph
from graph.values import to_datetime, to_datetime_or_none

INTERACTIONS = """
MATCH (i:Interaction)-[:ON]->(r)
RETURN i {.id, .learner, .right, .minutes, .reward, .step, .points, .before, .after} AS i, i.at AS at, r.id AS on,
  r.minutes AS declared, r:Item AS item,
  COLLECT { MATCH (r)-[t:TEACHES|ASSESSES]->(k) RETURN [k.id, coalesce(t.role, 'primary')] } AS teaches
ORDER BY i.learner, i.step
"""
MASTERY = "MATCH (l:Learner)-[m:MASTERY]->(k) RETURN l.id AS l, k.id AS k, m.level AS level, m.practicedAt AS at"
GOALS = "MATCH (l:Learner)-[a:AIMS_AT]->(g) RETURN l.id AS l, g.id AS g, a.level AS level, a.dueAt AS due"
EDGES = "MATCH (p:KnowledgePoint)-[:PREREQUISITE_OF {status: 'accepted'}]->(k) RETURN p.id AS p, k.id AS k"
DECISIONS = """
MATCH (q:Recommendation)
RETURN q {.id, .learner, .policy, .version, .goals, .goalLevels} AS q, q.at AS at,
  COLLECT { MATCH (q)<-[:FOLLOWED]-(i) RETURN i.reward ORDER BY i.step }[0] AS reward
ORDER BY at, q.id
"""
ASKED = """
MATCH (d:Diagnostic)-[a:ASKED]->(t:Item) WHERE a.right IS NOT NULL
RETURN d.learner AS learner, t.id AS item, a.right AS right, a.answeredAt AS at
"""


class Truth:
    """All records of a graph with one course whose settings are the defaults."""

    def __init__(self, now, rows):
        self.now = now
        self.points = [row["k"] for row in rows["points"]]
        self.learners = sorted(row["l"] for row in rows["learners"])
        self.did = [
            SimpleNamespace(
                **row["i"],
                at=to_datetime(row["at"]),
                on=row["on"],
                item=row["item"],
                teaches=row["teaches"],
                took=row["declared"] if row["i"]["minutes"] is None else row["i"]["minutes"],
            )
            for row in rows["did"]
        ]
        self.levels = {
            (row["l"], row["k"]): self._kept(row["level"], to_datetime(row["at"])) for row in rows["mastery"]
        }
        self.goals = {(row["l"], row["g"]): (row["level"], to_datetime_or_none(row["due"])) for row in rows["goals"]}
        self.edges = networkx.DiGraph([(row["p"], row["k"]) for row in rows["edges"]])
        self.edges.add_nodes_from(self.points)
        self.decisions = [
            SimpleNamespace(**row["q"], at=to_datetime(row["at"]), reward=row["reward"]) for row in rows["decisions"]
        ]
        self.item_points = {row["item"]: set(row["points"]) for row in rows["items"]}
        self.asked = [SimpleNamespace(**row | {"at": to_datetime(row["at"])}) for row in rows["asked"]]

    def _kept(self, level, at):
        days = (self.now - at).total_seconds() / 86400
        return level * math.exp(-0.08 * days) if days >= 3 else level

    def level(self, learner, point):
        return self.levels.get((learner, point), 0.0)

    def of(self, learner):
        return [i for i in self.did if i.learner == learner]

    def points_to(self, goal):
        return networkx.ancestors(self.edges, goal) | {goal}


async def read_truth(graph: Graph, now) -> Truth:
    texts = {
        "points": "MATCH (:Course)-[:INCLUDES]->(k) RETURN k.id AS k",
        "learners": "MATCH (l:Learner) RETURN l.id AS l",
        "did": INTERACTIONS,
        "mastery": MASTERY,
        "goals": GOALS,
        "edges": EDGES,
        "asked": ASKED,
        "decisions": DECISIONS,
        "items": "MATCH (t:Item) RETURN t.id AS item, COLLECT { MATCH (t)-[:ASSESSES]->(k) RETURN k.id } AS points",
    }

    async def unit(work):
        return {name: await work.text(text) for name, text in texts.items()}

    return Truth(now, await graph.execute_read(unit))


def wilson(right, n):
    interval = stats.binomtest(right, n).proportion_ci(method="wilson")
    return interval.low, interval.high


def successive(truth, primary=True):
    """(point, learner, earlier, later) of successive answers of a learner on a point."""
    taught = defaultdict(list)
    for i in truth.did:
        for point in {point for point, role in i.teaches if role == "primary" or not primary}:
            taught[point, i.learner].append(i)
    for (point, learner), answers in taught.items():
        for one, other in pairwise(answers):
            yield point, learner, one, other


def forgetting(truth):
    bins = defaultdict(list)
    for _, learner, one, other in successive(truth):
        if one.right:
            days = (other.at - one.at).total_seconds() / 86400
            start = max(each for each in (0, 1, 3, 7, 14, 30) if days >= each)
            bins[start].append((learner, other.right, math.exp(-0.08 * days) if days >= 3 else 1.0))
    found = {}
    for start, rows in bins.items():
        right, n = sum(row[1] for row in rows), len(rows)
        found[start] = (
            n,
            len({row[0] for row in rows}),
            right / n,
            *wilson(right, n),
            np.mean([row[2] for row in rows]),
        )
    return found


def gain_per_minute(truth):
    """Resource: (answers, learners, gain a minute, low, high), the residuals of the ratio summed by learner."""
    found = {}
    for resource in {i.on for i in truth.did if not i.item}:
        own = [i for i in truth.did if i.on == resource]
        sums = [
            (sum(i.reward for i in own if i.learner == who), sum(i.took for i in own if i.learner == who))
            for who in {i.learner for i in own}
        ]
        gain, minutes = np.array(sums).T
        ratio, n = gain.sum() / minutes.sum(), len(sums)
        low = high = None
        squares = ((gain - ratio * minutes) ** 2).sum()
        if n > 1 and squares > 1e-12:
            error = math.sqrt(squares * n / (n - 1)) / minutes.sum()
            half = stats.t.ppf(0.975, n - 1) * error
            low, high = ratio - half, ratio + half
        found[resource] = (len(own), n, ratio, low, high)
    return found


def next_answer(truth):
    """Resource: (answers, learners, share right next, others, their share, difference, low, high)."""
    sequences = defaultdict(list)
    for i in truth.did:
        for point in {point for point, role in i.teaches if role == "primary"}:
            sequences[point, i.learner].append((i.on, float(i.right)))
    places = {(point, i.on) for i in truth.did if not i.item for point, role in i.teaches if role == "primary"}
    found = {}
    for resource in {resource for _, resource in places}:
        after, others = defaultdict(list), defaultdict(list)
        for (point, who), answers in sequences.items():
            if (point, resource) in places:
                for is_after, right in _elsewhere(answers, resource):
                    (after if is_after else others)[point].append((who, right))
        if after:
            found[resource] = _after_and_others(after, others)
    return found


def _elsewhere(answers, resource):
    """(after the resource, right) of a learner's answers on other things, those of who did it longer ago left out."""
    for n, (on, right) in enumerate(answers):
        before = answers[n - 1][0] if n else None
        if on not in (resource, before) and (before == resource or resource not in [each for each, _ in answers[:n]]):
            yield before == resource, right


def _after_and_others(after, others):
    own = [row for rows in after.values() for row in rows]
    learners = len({who for who, _ in own})
    told = [
        (right, np.mean([r for _, r in others[point]])) for point in after if others[point] for _, right in after[point]
    ]
    if not told:
        return len(own), learners, np.mean([right for _, right in own]), 0, None, None, None, None
    share, usual = np.mean(told, axis=0)
    n = len({who for rows in others.values() for who, _ in rows})
    return len(own), learners, share, n, usual, share - usual, *newcombe(share, learners, usual, n)


def newcombe(one, n, other, m):
    """The interval of a difference of shares; Wilson's are made here anew, as a share of n learners is no count."""
    (low, high), (other_low, other_high) = wilson_of_share(one, n), wilson_of_share(other, m)
    difference = one - other
    return (
        difference - math.hypot(one - low, other_high - other),
        difference + math.hypot(high - one, other - other_low),
    )


def wilson_of_share(share, n):
    """The two p with (share − p)² = z² p (1 − p) / n."""
    z = 1.96**2 / n
    return sorted(np.roots([1 + z, -(2 * share + z), share**2]).real)


def prerequisite_evidence(truth, at_least):
    """(before, after): (learners with, share, learners without, share, low, high)."""
    answers = defaultdict(list)
    items = {i.on: {point for point, _ in i.teaches} for i in truth.did} | truth.item_points
    for at, on, each in sorted(
        ((i.at, getattr(i, "on", None) or i.item, i) for i in truth.did + truth.asked), key=lambda row: row[:2]
    ):
        for point in items[on]:
            answers[each.learner, point].append((at, each.right))
    found = {}
    for p, k in truth.edges.edges:
        groups = {True: [], False: []}
        for who in truth.learners:
            tried, had = answers[who, k], answers[who, p]
            earlier = [right for at, right in had if tried and at <= tried[0][0]]
            if earlier:
                groups[earlier[-1]].append(float(tried[0][1]))
        with_, without = groups[True], groups[False]
        if len(with_) + len(without) >= at_least and with_ + without:
            shares = [np.mean(group) if group else None for group in (with_, without)]
            ends = newcombe(shares[0], len(with_), shares[1], len(without)) if with_ and without else (None, None)
            found[p, k] = (len(with_), shares[0], len(without), shares[1], *ends)
    return found


def time_to_mastery(truth):
    """Point: (learners, reached, median answers, median days), the medians from the estimate by Kaplan and Meier."""
    found = {}
    for point in truth.points:
        answers, days, there = [], [], []
        for who in truth.learners:
            steps = [_step(i, point) for i in truth.of(who) if point in i.points or point in {p for p, _ in i.teaches}]
            while steps and not steps[0][3]:
                steps.pop(0)
            if not steps or next((before for _, before, *_ in steps if before is not None), 0.0) >= 0.8:
                continue
            reached = next((n for n, step in enumerate(steps) if (step[2] or 0.0) >= 0.8), None)
            end = steps[reached][0] if reached is not None else max(i.at for i in truth.of(who))
            answers.append(sum(step[3] for step in steps[: None if reached is None else reached + 1]))
            days.append((end - steps[0][0]).total_seconds() / 86400)
            there.append(reached is not None)
        if there:
            found[point] = (len(there), sum(there), survival_median(answers, there), survival_median(days, there))
    return found


def _step(i, point):
    """(when, level before and after, whether the point itself was answered); a wrong answer at 0 changes no level."""
    place = i.points.index(point) if point in i.points else None
    levels = (None, None) if place is None else (i.before[place], i.after[place])
    return i.at, *levels, point in {p for p, _ in i.teaches}


def survival_median(times, there):
    data = stats.CensoredData(
        uncensored=[t for t, done in zip(times, there, strict=True) if done],
        right=[t for t, done in zip(times, there, strict=True) if not done],
    )
    curve = stats.ecdf(data).sf
    below = [t for t, left in zip(curve.quantiles, curve.probabilities, strict=True) if left <= 0.5 + 1e-7]
    return min(below) if below and any(there) else None


def stuck_points(truth, at_least):
    found = {}
    for point in truth.points:
        own = defaultdict(list)
        for i in truth.did:
            if point in {p for p, _ in i.teaches}:
                own[i.learner].append(i.right)
        stuck = {who: right for who, right in own.items() if len(right) >= at_least and truth.level(who, point) < 0.8}
        if stuck:
            before = [
                (-sum(truth.level(who, p) < 0.6 for who in stuck), np.mean([truth.level(who, p) for who in stuck]), p)
                for p in truth.edges.predecessors(point)
            ]
            worst = min(before, default=None)
            found[point] = (len(stuck), sum(map(len, stuck.values())), worst and worst[2], worst and -worst[0])
    return found


def item_analysis(truth):
    """Item: (learners, share right, corrected item-total correlation) over first answers."""
    first = {}
    answers = [*truth.asked, *(SimpleNamespace(learner=i.learner, item=i.on, right=i.right, at=i.at)
                               for i in truth.did if i.item)]  # fmt: skip
    for answer in sorted(answers, key=lambda each: each.at):
        first.setdefault((answer.item, answer.learner), float(answer.right))
    found = {}
    for item in {item for item, _ in first}:
        pairs = []
        for who in {who for other, who in first if other == item}:
            rest = [right for (other, learner), right in first.items() if learner == who and other != item]
            if rest:
                pairs.append((first[item, who], np.mean(rest)))
        if pairs:
            x, y = np.array(pairs).T
            known = x.std() > 0 and y.std() > 1e-7
            found[item] = (len(pairs), x.mean(), stats.pointbiserialr(x, y).statistic if known else None)
    return found


def mastery_by_week(truth):
    weeks = defaultdict(lambda: [0, 0, set()])
    for i in truth.did:
        week = (i.at - timedelta(days=i.at.weekday())).date()
        for before, after in zip(i.before, i.after, strict=True):
            weeks[week][0] += before < 0.8 <= after
            weeks[week][1] += after < 0.8 <= before
        if i.points:
            weeks[week][2].add(i.learner)
    mastered, learners, found = 0, set(), {}
    for week in sorted(weeks):
        gained, lost, active = weeks[week]
        mastered, learners = mastered + gained - lost, learners | active
        found[week] = (gained, lost, len(learners), mastered / len(learners))
    return found


def journeys(truth, goal):
    """Learner: (first step of each resource and point, reached, steps, minutes) of those who aim at the goal."""
    found = {}
    for (who, aim), (level, _) in truth.goals.items():
        if aim != goal:
            continue
        wanted = level if level > 0 else 0.8
        met, minutes, reached = {}, 0.0, None
        for n, i in enumerate(truth.of(who)):
            for name in [i.on, *(p for p, role in i.teaches if role == "primary")]:
                met.setdefault(name, n)
            if reached is None:
                minutes += i.took or 0.0
                if goal in i.points and i.after[i.points.index(goal)] >= wanted:
                    reached = n + 1
        found[who] = (met, reached, minutes)
    return found


def paths_taken(truth, goal, depth):
    groups = defaultdict(list)
    for met, reached, minutes in journeys(truth, goal).values():
        path = tuple(sorted((p for p in truth.points_to(goal) if p in met), key=lambda p: (met[p], p))[:depth])
        if path:
            groups[path].append((reached, minutes))
    return {path: _outcome(rows) for path, rows in groups.items()}


def path_comparison(truth, goal, first, second):
    groups = defaultdict(list)
    for met, reached, minutes in journeys(truth, goal).values():
        did = tuple(
            all(name in met for name in path) and all(met[a] <= met[b] for a, b in pairwise(path))
            for path in (first, second)
        )
        took = {(True, True): "both", (True, False): "first", (False, True): "second"}.get(did, "neither")
        groups[took].append((reached, minutes))
    return {took: (*_outcome(rows), *wilson(_outcome(rows)[1], len(rows))) for took, rows in groups.items()}


def _outcome(rows):
    done = [row for row in rows if row[0] is not None]
    medians = [statistics.median(column) for column in zip(*done, strict=True)] if done else [None, None]
    return len(rows), len(done), *medians


def goal_forecast(truth, weeks):
    """Learner: (points left, date reached, points a week since the first answer, forecast, earliest, latest)."""
    found = {}
    for who in {who for who, _ in truth.goals}:
        goals = {goal: level or 0.8 for (learner, goal), (level, _) in truth.goals.items() if learner == who}
        way = set().union(*map(truth.points_to, goals))
        left = sum(truth.level(who, point) < 0.8 for point in way)
        span = truth.now - min((i.at for i in truth.of(who)), default=truth.now)
        span = min(max(span / timedelta(weeks=1), 3 / 7), weeks)
        gained = sum(_rose(truth, who, point, weeks) and truth.level(who, point) >= 0.8 for point in way)
        reached = _date_reached(truth, who, goals)
        paces = [gained / span, *(each / span for each in poisson_ends(gained)[::-1])]
        dates = [reached or _date_of(truth.now, left, pace) for pace in paces]
        found[who] = (left, reached, paces[0], *dates)
    return found


def _rose(truth, who, point, weeks):
    """Whether the point came to the threshold in the last weeks."""
    return any(
        point in i.points and i.before[i.points.index(point)] < 0.8 <= i.after[i.points.index(point)]
        for i in truth.of(who)
        if i.at > truth.now - timedelta(weeks=weeks)
    )


def _date_reached(truth, who, goals):
    """When the last of the goals was first at its level; None where one never was."""
    first = {}
    for i in truth.of(who):
        for goal, level in goals.items():
            if goal in i.points and i.after[i.points.index(goal)] >= level:
                first.setdefault(goal, i.at)
    return max(first.values()).date() if len(first) == len(goals) else None


def _date_of(now, left, pace):
    if left == 0:
        return now.date()
    return (now + timedelta(weeks=left / pace)).date() if pace and left / pace < 5000 else None


def poisson_ends(n):
    """The exact interval of a Poisson count's mean is by chi-square; this is Byar's approximation of it."""
    m = n + 1
    low = n * (1 - 1 / (9 * n) - 1.96 / (3 * n**0.5)) ** 3 if n else 0.0
    return low, m * (1 - 1 / (9 * m) + 1.96 / (3 * m**0.5)) ** 3


MEASURES = ("reward per decision", "points mastered", "goals reached", "minutes")


def policy_comparison(truth, since, until, at_least, baseline, learners=None):
    """(measure, arm): (learners, mixed, mean, low, high, difference, its low, its high), by Welch's t test of SciPy.

    Ends are missing where learners do not differ.
    """
    values, mixed, firsts = defaultdict(list), Counter(), {}
    for who in learners or truth.learners:
        made = [q for q in truth.decisions if q.learner == who and since <= q.at < until]
        if len(made) < at_least:
            continue
        counts = Counter((q.policy, q.version) for q in made)
        arm = max(counts, key=lambda each: (counts[each], -[(q.policy, q.version) for q in made].index(each)))
        firsts[arm] = min([firsts.get(arm, until), *(q.at for q in made if (q.policy, q.version) == arm)])
        for measure, value in zip(MEASURES, _measures_of(truth, who, made, since, until), strict=True):
            if value is not None:
                values[measure, arm].append(value)
                mixed[measure, arm] += len(counts) > 1
    base = min((arm for arm in firsts if baseline in ("", arm[0], " ".join(arm))), key=lambda arm: (firsts[arm], arm))
    return {
        (measure, " ".join(arm)): [
            len(own), mixed[measure, arm], np.mean(own), *_interval_of_mean(own),
            *([None] * 3 if arm == base else _welch(own, values[measure, base])),
        ]
        for (measure, arm), own in values.items()
    }  # fmt: skip


def _interval_of_mean(own):
    if len(own) < 2 or np.ptp(own) < 1e-9:
        return None, None
    return stats.t.interval(0.95, len(own) - 1, np.mean(own), stats.sem(own))


def _welch(own, other):
    """The difference of two means with its interval."""
    difference = np.mean(own) - np.mean(other)
    if min(len(own), len(other)) < 2 or np.ptp(own) + np.ptp(other) < 1e-9:
        return difference, None, None
    return difference, *stats.ttest_ind(own, other, equal_var=False).confidence_interval()


def _measures_of(truth, who, made, since, until):
    did = [i for i in truth.of(who) if since <= i.at < until]
    rewards = [q.reward for q in made if q.reward is not None]
    mastered = 0
    for point in truth.points:
        own = [i for i in did if point in i.points and point in {p for p, _ in i.teaches}]
        levels = [(i.before[i.points.index(point)], i.after[i.points.index(point)]) for i in own]
        mastered += bool(levels) and levels[0][0] < 0.8 <= levels[-1][1]
    goals = {(g, level or 0.8) for q in made for g, level in zip(q.goals, q.goalLevels, strict=True)}
    reached = {
        goal
        for goal, level in goals
        for i in did
        if goal in i.points and i.before[i.points.index(goal)] < level <= i.after[i.points.index(goal)]
    }
    return np.mean(rewards) if rewards else None, mastered, len(reached) if goals else None, sum(i.took for i in did)
