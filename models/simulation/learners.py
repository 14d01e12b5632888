"""Simulated learners with a hidden state (docs/design.md): knowledge, ability, speed of learning, rate of forgetting.

Their dynamics are not the recommender's update rule. A learner with knowledge k ∈ [0, 1]^N and ability θ answers by a
three-parameter item-response curve (Birnbaum 1968) with an upper asymptote,

    P(right) = g + (1 − g − s) σ(slope (k̄ − ½) + 0.6 θ − difficulty),     k̄: η-weighted mean of k over its points

and learns from the resource, for every point i it teaches,

    Δk_i = rate · α⁺ · speed · η_i · (1 − k_i) · readiness_i · fit · stage(kind, k̄) · (1 if right else wrong_share)

readiness: knowledge of the least-known prerequisite over its threshold, at most 1;
fit: exp(−½ ((P − 0.65)/width)²), the zone of proximal development (Vygotsky; Wilson et al. 2019 put it near 0.85 for
pure classification, tutoring practice lower); stage: lessons help beginners and practice the advanced, the expertise
reversal effect (Kalyuga et al. 2003). Between answers k decays to a share of its peak.
Left out: motivation and fatigue. Answering at random and gaming the system (Baker et al. 2004) are options for unusual
learners (benchmarks/paths) and 0 by default.
"""

from dataclasses import dataclass

import numpy as np

from models.arrays import Flags, Floats, Ints
from models.course import Course

BEGINNER_EFFECTS = np.array([1.3, 0.6, 0.9, 1.2, 0.4], dtype=np.float32)
ADVANCED_EFFECTS = np.array([0.5, 1.3, 0.9, 0.6, 0.8], dtype=np.float32)
"""Effect of each of `RESOURCE_KINDS` at k̄ = 0 and at k̄ = 1; linear between. Chosen, not fitted."""


@dataclass(frozen=True)
class Population:
    """Distribution of the learners. Fitted to logs where these identify a parameter, else chosen: docs/learning.md.

    The fit is benchmarks/knowledge_tracing/population.py.

    Attributes:
        ability_sd: standard deviation of θ, logits. Fitted (1.05 in both data sets).
        guess, slip: asymptotes of the answer curve. Fitted; between ASSISTments 2009 and 2015, which differ.
        slope: logits between k̄ = 0 and k̄ = 1. Fitted (3.6 and 3.9).
        rate: gain of a resource at fit 1, in units of the course's α⁺. Fitted together with speed_sd.
        speed_sd: standard deviation of log speed between learners. The fit is 1.2; .8 predicts as well within .001
            log loss, and has no learners who know everything after one answer.
        wrong_share: gain after a wrong answer as a share of that after a right one. Fitted, weakly identified.
        fit_width: width of the zone of proximal development, in probability. Chosen.
        forgetting: median share of unretained knowledge lost a day (one learner's flash cards); forgetting_sd of its
            logarithm, chosen.
        retained: share of the peak that is never lost. From the same learner.
        answers_per_day: steps of the loop in a day. Chosen.
        careless: share of answers, in tests too, that are guesses independent of knowledge and without gain.
        gaming: probability that an answer that would be wrong is right by help; gamed_share: its gain as a share of
            that after a right answer.
    """

    ability_sd: float = 1.0
    guess: float = 0.07
    slip: float = 0.03
    slope: float = 3.75
    rate: float = 1.4
    speed_sd: float = 0.8
    wrong_share: float = 0.25
    fit_width: float = 0.3
    forgetting: float = 0.02
    forgetting_sd: float = 0.4
    retained: float = 0.1
    answers_per_day: float = 8.0
    careless: float = 0.0
    gaming: float = 0.0
    gamed_share: float = 0.2


class SimulatedLearners:
    """B hidden learners of one course; `knowledge` and `peak` are (B, N), the rest (B,)."""

    def __init__(self, course: Course, population: Population, size: int, generator: np.random.Generator) -> None:
        self.course = course
        self.population = population
        self.generator = generator
        self.knowledge: Floats = np.zeros((size, course.points), dtype=np.float32)
        self.peak: Floats = np.zeros((size, course.points), dtype=np.float32)
        self.ability: Floats = np.zeros(size, dtype=np.float32)
        self.speed: Floats = np.ones(size, dtype=np.float32)
        self.forgetting: Floats = np.zeros(size, dtype=np.float32)
        self.placement: Floats = np.zeros(size, dtype=np.float32)
        self._height = (course.depth / max(1, course.depth.max(initial=0))).astype(np.float32)

    def renew(self, who: Ints) -> None:
        """Replace the learners `who` by new ones; draw how far along the course each one is."""
        draw, mean = self.generator, self.population
        count = len(who)
        self.ability[who] = draw.normal(0, mean.ability_sd, count)
        self.speed[who] = np.exp(draw.normal(0, mean.speed_sd, count) + 0.2 * self.ability[who])
        self.forgetting[who] = mean.forgetting * np.exp(draw.normal(0, mean.forgetting_sd, count))
        self.placement[who] = draw.uniform(-0.1, 0.8, count)
        noise = draw.normal(0, 0.8, (count, self.course.points))
        logit = 10 * (self.placement[who, None] - self._height) + noise
        self.knowledge[who] = 0.95 / (1 + np.exp(-logit))
        self.peak[who] = self.knowledge[who]

    def chance(self, knowledge: Floats, who: Ints, difficulty: Floats) -> Floats:
        """Return P(right) of learners `who` at mean knowledge k̄; the shapes broadcast."""
        mean = self.population
        ability = self.ability[who].reshape(-1, *([1] * (knowledge.ndim - 1)))
        logit = mean.slope * (knowledge - 0.5) + 0.6 * ability - difficulty
        return np.asarray(mean.guess + (1 - mean.guess - mean.slip) / (1 + np.exp(-logit)), dtype=np.float32)

    def examine(self, who: Ints, questions: int) -> Floats:
        """Draw the number of right answers (len(who), N) to `questions` items of difficulty 0 on every point."""
        chance, mean = self.chance(self.knowledge[who], who, np.float32(0) * self.ability[:1]), self.population
        if mean.careless:
            chance += mean.careless * (mean.guess - chance)
        return self.generator.binomial(questions, chance).astype(np.float32)

    def answer(self, resources: Ints) -> Flags:
        """Draw each learner's answer to its resource, (B,), update the hidden state and return right or wrong, (B,)."""
        rows = np.arange(len(resources))
        before, chosen = self.knowledge, resources[:, None]
        chance, pace = self.outlook(before, rows, chosen)
        right = self.generator.random(len(resources)) < chance[:, 0]
        right, share = self._apply_gaming_and_carelessness(right, np.where(right, 1, self.population.wrong_share))
        gain = self.growth(before, chosen, pace * share[:, None])[:, 0]
        np.add.at(self.knowledge, (rows[:, None], self.course.taught[resources]), gain)
        self.knowledge = np.minimum(self.knowledge, 1.0)
        self.peak = np.maximum(self.peak, self.knowledge)
        self.forget(np.full(len(resources), 1 / self.population.answers_per_day, dtype=np.float32))
        return np.asarray(right, dtype=bool)

    def outlook(self, knowledge: Floats, who: Ints, resources: Ints) -> tuple[Floats, Floats]:
        """Return P(right) by knowledge and the pace, (S, K), of learners `who` (S,) at `knowledge` (S, N).

        `resources`: (S, K). The pace is the gain after a right answer at η = 1 and full readiness, as a share of 1 − k.
        """
        course, mean = self.course, self.population
        points, importance = course.taught[resources], course.importance[resources]
        known = knowledge[np.arange(len(who))[:, None, None], points]
        average = (known * importance).sum(axis=-1) / np.maximum(importance.sum(axis=-1), 1e-6)
        chance = self.chance(average, who, course.difficulty[resources])
        kind = course.kind[resources]
        stage = BEGINNER_EFFECTS[kind] + (ADVANCED_EFFECTS[kind] - BEGINNER_EFFECTS[kind]) * average
        fit = np.exp(-0.5 * ((chance - 0.65) / mean.fit_width) ** 2)
        return chance, mean.rate * course.rates.gain_right * self.speed[who, None] * fit * stage

    def growth(self, knowledge: Floats, resources: Ints, pace: Floats) -> Floats:
        """Return Δk (S, K, C) of the points of resources (S, K) at `pace` (S, K) and `knowledge` (S, N)."""
        points, importance = self.course.taught[resources], self.course.importance[resources]
        known = knowledge[np.arange(len(points))[:, None, None], points]
        ready = self._readiness(knowledge, points)
        return np.asarray(np.minimum(pace[..., None] * importance * ready, 0.95) * (1 - known))

    def outcomes(self, chance: Floats) -> list[tuple[Floats, bool, float]]:
        """Return the possible outcomes: probability (shape of `chance`), right or wrong, and share of the pace."""
        mean = self.population
        honest = 1 - mean.careless
        missed = honest * (1 - chance)
        return [
            (honest * chance, True, 1.0),
            (missed * mean.gaming, True, mean.gamed_share),
            (missed * (1 - mean.gaming), False, mean.wrong_share),
            (np.full_like(chance, mean.careless * mean.guess), True, 0.0),
            (np.full_like(chance, mean.careless * (1 - mean.guess)), False, 0.0),
        ]

    def _apply_gaming_and_carelessness(self, right: Flags, share: Floats) -> tuple[Flags, Floats]:
        """Apply gaming and carelessness; return right or wrong and the share of the pace, (B,).

        Nothing is drawn for a probability of 0, so that these options leave the random numbers of others unchanged.
        """
        mean, size = self.population, len(right)
        if mean.gaming:
            gamed = ~right & (self.generator.random(size) < mean.gaming)
            right, share = right | gamed, np.where(gamed, mean.gamed_share, share)
        if mean.careless:
            guessed = self.generator.random(size) < mean.careless
            right = np.where(guessed, self.generator.random(size) < mean.guess, right)
            share = np.where(guessed, 0, share)
        return right, share

    def _readiness(self, knowledge: Floats, points: Ints) -> Floats:
        """Return the readiness (S, K, C): knowledge of the least-known prerequisite over its threshold, at most 1.

        Continuous and on hidden knowledge, unlike `models.recommender.find_blocked_points`.
        """
        before = self.course.before_padded[points]
        rows = np.arange(len(points))[:, None, None, None]
        met = knowledge[rows, before] / np.maximum(self.course.met[before], 1e-6)
        return np.asarray(np.where(before >= 0, np.minimum(met, 1), 1).min(axis=-1), dtype=np.float32)

    def forget(self, days: Floats) -> None:
        """Decay the knowledge of all learners by `days` (B,)."""
        self.knowledge = self.faded(self.knowledge, self.peak, np.arange(len(self.knowledge)), days)

    def faded(self, knowledge: Floats, peak: Floats, who: Ints, days: Floats) -> Floats:
        """Return knowledge (S, N) of learners `who` (S,) after `days` (S,) without practice.

        Not the tutor's rule, which is `models.simulation.tutor.decay_level`.
        """
        floor = self.population.retained * peak
        kept = np.exp(-self.forgetting[who] * days)[:, None]
        return np.asarray(np.maximum(floor + (knowledge - floor) * kept, 0), dtype=np.float32)
