"""Constants of `Population` from real logs: `python -m benchmarks.knowledge_tracing.population [--quick] [--seeds 3]`.

The simulator's own equations (models/simulation/learners.py), one independent sequence of practice a pair (learner,
skill):

    θ ~ N(0, ability_sd²)    speed = exp(speed_sd ε + 0.2 θ)    k₀ = 0.95 σ(b + b_skill + c θ + spread ε′)
    P(right) = g + (1 − g − s) σ(slope (k − ½) + 0.6 θ − d_skill)
    k ← k + min(rate α⁺ speed fit(P) stage(k) (1 if right else wrong_share), 0.95) (1 − k)

Marginal maximum likelihood (Bock & Aitkin 1981) by quadrature over θ, ε, ε′ and Adam on batches of learners, normal
priors on b_skill and d_skill. `fitted` frees the seven constants; `constants` holds those chosen by hand before, and
`transferred` those of the other data set; `held.X` holds X as chosen, which shows what X is worth. All fit the start of
the data set (b, c, spread) and its skills to training learners. Scored on test learners, one step ahead: the posterior
of θ, ε, ε′ from earlier answers only. Each seed is another sample of training learners and another start of the search.
These logs have no clock, so forgetting comes from the dated flash cards of ONE learner, reviewed ≥ 0.3 days after a
success: P = σ(slope (k − ½)), k = peak_n (retained + (1 − retained) exp(−forgetting days)), a peak for each number n
of earlier such reviews; scored on held-out cards, `first`: on the first such review alone.

Figures: DATA.VARIANT.log_loss, DATA.VARIANT.auc, DATA.fitted.CONSTANT, …_sd (over seeds), forgetting.VARIANT.….
Picture: population.png.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logit
from torch import Tensor, nn

from benchmarks.folders import RESULTS
from benchmarks.knowledge_tracing.datasets import (
    FoldedLog,
    LearnerAnswers,
    PackedAnswers,
    list_available,
    pack_answers,
    read_spaced_reviews,
)
from benchmarks.report import Report
from models.arrays import Doubles
from models.course import RESOURCE_KINDS
from models.knowledge_tracing.evaluation import log_loss, roc_auc_score
from models.knowledge_tracing.state import Rates
from models.simulation.learners import ADVANCED_EFFECTS, BEGINNER_EFFECTS

BOUNDS = dict(ability_sd=5.0, guess=0.5, slip=0.3, slope=15.0, rate=4.0, speed_sd=2.0, wrong_share=3.0)
"""What is fitted, each between 0 and this."""
QUADRATURE_NODES = (5, 5, 5)
"""Quadrature nodes for θ, ε, ε′."""
SKILL_PRIOR_SD = 0.5
"""Standard deviation of the prior around HAND_CHOSEN, as logits within the bounds: rate and speed_sd need it."""
BATCH = 50
HAND_CHOSEN = dict(ability_sd=1.0, guess=0.15, slip=0.06, slope=5.0, rate=1.3, speed_sd=0.3, wrong_share=0.5)
"""The constants chosen by hand, before anything was fitted: what to beat, and where the prior has its centre."""
FIT_WIDTH, FORGETTING, RETAINED = 0.3, 0.05, 0.5
PRACTICE_KIND = RESOURCE_KINDS.index("practice")
PEAKS = 5


class Likelihood(nn.Module):
    """Constants (each bounded, so kept as a logit), and what belongs to the data set: start and skills."""

    def __init__(self, skills: int, constants: Mapping[str, float]) -> None:
        super().__init__()
        raw = {name: float(logit(constants[name] / bound)) for name, bound in BOUNDS.items()}
        self.raw = nn.ParameterDict({name: nn.Parameter(torch.tensor(value)) for name, value in raw.items()})
        self.start = nn.Parameter(torch.tensor([0.0, 0.5, 0.0]))
        self.skill_start = nn.Parameter(torch.zeros(skills))
        self.difficulty = nn.Parameter(torch.zeros(skills))
        (theta, at_theta), (speed, at_speed), (self.noise, self.at_noise) = map(make_quadrature, QUADRATURE_NODES)
        self.theta, self.speed = theta.repeat_interleave(len(speed)), speed.repeat(len(theta))
        self.prior = (at_theta.repeat_interleave(len(speed)) * at_speed.repeat(len(theta))).log()

    def constants(self) -> dict[str, Tensor]:
        """The fitted fields of `Population`."""
        return {name: BOUNDS[name] * raw.sigmoid() for name, raw in self.raw.items()}

    def forward(self, data: PackedAnswers) -> Tensor:
        """(A, G) log probability of each answer given θ and ε (G nodes) and the pair's earlier answers."""
        at = self.constants()
        outcomes, skill = torch.from_numpy(data.right), torch.from_numpy(data.skill)
        theta = (at["ability_sd"] * self.theta)[:, None]
        pace = at["rate"] * Rates().gain_right * torch.exp(at["speed_sd"] * self.speed[:, None] + 0.2 * theta)
        begin = self.start[0] + self.skill_start[skill, None, None] + self.start[1] * theta
        known = 0.95 * torch.sigmoid(begin + self.start[2].exp() * self.noise)
        weight = self.at_noise.expand_as(known)
        ease = 0.6 * theta - self.difficulty[skill, None, None] - 0.5 * at["slope"]
        found = []
        for right in outcomes.split(data.active):
            n = len(right)
            known, weight, right = known[:n], weight[:n], right[:, None, None]
            chance = at["guess"] + (1 - at["guess"] - at["slip"]) * torch.sigmoid(at["slope"] * known + ease[:n])
            joint = weight * torch.where(right, chance, 1 - chance)
            found.append(joint.sum(-1))
            weight = joint / found[-1][..., None]
            zone = torch.exp(-0.5 * ((chance - 0.65) / FIT_WIDTH) ** 2)
            stage = (
                float(BEGINNER_EFFECTS[PRACTICE_KIND])
                + float(ADVANCED_EFFECTS[PRACTICE_KIND] - BEGINNER_EFFECTS[PRACTICE_KIND]) * known
            )
            gain = pace * zone * stage * torch.where(right, 1.0, at["wrong_share"])
            known = known + gain.clamp(max=0.95) * (1 - known)
        return torch.cat(found).log()

    def loss(self, data: PackedAnswers, share: float) -> Tensor:
        """Negative log posterior an answer; `share` of all training answers are here."""
        nobody = torch.zeros(data.learner.max() + 1, len(self.prior))
        learners = nobody.index_add(0, torch.from_numpy(data.learner), self(data))
        total = torch.logsumexp(self.prior + learners, dim=1).sum()
        moved = torch.stack([raw - logit(HAND_CHOSEN[name] / BOUNDS[name]) for name, raw in self.raw.items()])
        squares = (
            self.skill_start.square().sum() + self.difficulty.square().sum() + (moved / SKILL_PRIOR_SD).square().sum()
        )
        return (share * 0.5 * squares - total) / len(data.right)


def make_quadrature(nodes: int) -> tuple[Tensor, Tensor]:
    """Gauss–Hermite nodes and weights of a standard normal."""
    at, weight = np.polynomial.hermite_e.hermegauss(nodes)
    return torch.tensor(at, dtype=torch.float32), torch.tensor(weight / weight.sum(), dtype=torch.float32)


def fit_constants(model: Likelihood, learners: Sequence[LearnerAnswers], passes: int, seed: int) -> None:
    """Adam with a falling step over the parameters that are free."""
    batches = [pack_answers(learners[first : first + BATCH]) for first in range(0, len(learners), BATCH)]
    answers, draw = sum(len(batch.right) for batch in batches), np.random.default_rng(seed)
    free = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.Adam(free, lr=0.08, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.08, total_steps=passes * len(batches))
    for _ in range(passes):
        for number in draw.permutation(len(batches)):
            optimizer.zero_grad()
            model.loss(batches[number], len(batches[number].right) / answers).backward()
            optimizer.step()
            schedule.step()


@torch.no_grad()
def predict_answers(model: Likelihood, data: PackedAnswers) -> Doubles:
    """(A,) P(right) one step ahead: θ and ε weighted by all earlier answers of the learner, ε′ by those of the pair."""
    order = np.lexsort((data.place, data.learner))
    learner = data.learner[order]
    found = model(data).double()[order]
    before = found.cumsum(0) - found
    first = np.searchsorted(learner, np.arange(learner.max() + 1))
    weight = torch.softmax(model.prior + before - before[first][learner], dim=1)
    observed = np.empty(len(order))
    observed[order] = (weight * found.exp()).sum(1).numpy()
    return np.where(data.right, observed, 1 - observed)


class PopulationStudy:
    """One data set: its training learners by seed, its test learners, and what was fitted and scored so far."""

    def __init__(self, name: str, logs: FoldedLog, options: Namespace, report: Report) -> None:
        self.name, self.options, self.report = name, options, report
        self.learners = [learner for fold in logs.folds for learner in fold]
        test = logs.test[: options.learners] if options.quick else logs.test
        self.test = [pack_answers(test[first : first + 200]) for first in range(0, len(test), 200)]
        self.skills = 1 + max(max(skills) for skills, _ in [*self.learners, *logs.test])
        self.right = np.concatenate([part.right for part in self.test])
        self.chance: dict[str, Doubles] = {}
        self.scores: dict[str, list[tuple[float, float]]] = {}
        self.constants: list[dict[str, float]] = []

    def sample(self, seed: int) -> list[LearnerAnswers]:
        """Training learners of this seed."""
        order = np.random.default_rng(seed).permutation(len(self.learners))
        return [self.learners[number] for number in order[: self.options.learners]]

    def fit(self, variant: str, seed: int, held: dict[str, float], jitter: float = 0) -> Likelihood:
        """Fit with some constants held at these values, score on test learners; the rest start near HAND_CHOSEN."""
        model = Likelihood(self.skills, HAND_CHOSEN | held)
        away = np.random.default_rng(seed).normal(0, 1, len(BOUNDS))
        for (name, raw), by in zip(model.raw.items(), away, strict=True):
            raw.requires_grad_(name not in held).data.add_(0 if name in held else jitter * by)
        fit_constants(model, self.sample(seed), self.options.passes, seed)
        self.score(variant, np.concatenate([predict_answers(model, part) for part in self.test]))
        print("{} {} {}: log loss {:.4f}, AUC {:.4f}".format(self.name, variant, seed, *self.scores[variant][-1]))
        return model

    def score(self, variant: str, chance: Doubles) -> None:
        """Keep log loss and AUC of what was predicted of the test answers."""
        self.chance.setdefault(variant, chance)
        self.scores.setdefault(variant, []).append((log_loss(chance, self.right), roc_auc_score(chance, self.right)))

    def run(self) -> None:
        """All that needs no other data set."""
        for seed in range(self.options.seeds):
            found = self.fit("fitted", seed, {}, jitter=SKILL_PRIOR_SD).constants()
            self.constants.append({name: value.item() for name, value in found.items()})
            self.fit("constants", seed, HAND_CHOSEN)
        for name in () if self.options.quick else BOUNDS:
            self.fit(f"held.{name}", 0, {name: HAND_CHOSEN[name]})
        self.score("share", self.shares())

    def shares(self) -> Doubles:
        """The baseline: the skill's share of right answers in training, whoever answers."""
        right = np.zeros((2, self.skills))
        for skills, outcomes in self.sample(0):
            np.add.at(right, (outcomes, skills), 1)
        share = (right[1] + 5 * right[1].sum() / right.sum()) / (right.sum(0) + 5)
        return np.concatenate([share[np.concatenate([part.skill[:n] for n in part.active])] for part in self.test])

    def mean(self) -> dict[str, float]:
        """The fitted constants, over seeds."""
        return {name: float(np.mean([found[name] for found in self.constants])) for name in BOUNDS}

    def write(self) -> None:
        """Figures."""
        for variant, scores in self.scores.items():
            report_means(
                self.report, f"{self.name}.{variant}", [dict(log_loss=loss, auc=auc) for loss, auc in scores], 4
            )
        report_means(self.report, f"{self.name}.fitted", self.constants, 3)


class ForgettingStudy:
    """Recall against days since the last review of a card: rows (card, days, earlier reviews, recalled)."""

    def __init__(self, rows: Doubles) -> None:
        self.card, self.days, earlier, self.right = rows.T
        self.earlier = np.minimum(earlier, PEAKS - 1).astype(int)

    def chance(self, at: Doubles, which: NDArray[np.bool_]) -> Doubles:
        """P(recall); `at` = (log forgetting, logit retained, logit of each peak). Nobody guesses a flash card."""
        retained, peak = expit(at[1]), expit(at[2:])[self.earlier[which]]
        kept = retained + (1 - retained) * np.exp(-np.exp(at[0]) * self.days[which])
        return np.asarray(expit(HAND_CHOSEN["slope"] * (peak * kept - 0.5)))

    def fit(self, which: NDArray[np.bool_], held: bool = False) -> Doubles:
        """The most likely `at`, or the chosen forgetting and retained with the most likely peaks."""
        chosen = np.array([np.log(FORGETTING), logit(RETAINED)])
        bounds = [(value, value) if held else (value - 5, value + 5) for value in chosen] + [(-5, 5)] * PEAKS
        start = np.concatenate([chosen, np.ones(PEAKS)])
        found = minimize(lambda at: log_loss(self.chance(at, which), self.right[which] == 1), start, bounds=bounds)
        return np.asarray(found.x)

    def run(self, seeds: int, report: Report) -> None:
        """Fit four fifths of the cards, score the rest; another fifth each seed."""
        cards, found = np.unique(self.card), []
        for seed in range(seeds):
            training = np.isin(self.card, np.random.default_rng(seed).permutation(cards)[len(cards) // 5 :])
            variants = {"fitted": self.fit(training), "constants": self.fit(training, held=True)}
            variants["first"] = self.fit(training & (self.earlier == 0))
            figures = {}
            for name, at in variants.items():
                tested = ~training & (self.earlier == 0) if name == "first" else ~training
                figures[f"{name}.per_day"], figures[f"{name}.retained"] = np.exp(at[0]), expit(at[1])
                figures[f"{name}.log_loss"] = log_loss(self.chance(at, tested), self.right[tested] == 1)
            found.append(figures)
        report_means(report, "forgetting", found, 4)


def report_means(report: Report, name: str, found: Sequence[Mapping[str, float]], digits: int) -> None:
    """Means over seeds as figures, and their spread where there are several."""
    for key in found[0]:
        values = [each[key] for each in found]
        report.figures[f"{name}.{key}"] = round(float(np.mean(values)), digits)
        if len(values) > 1:
            report.figures[f"{name}.{key}_sd"] = round(float(np.std(values)), digits)


def main() -> None:
    """Fit, compare, draw, write."""
    options = parse_arguments()
    torch.set_num_threads(1)
    settings = {
        "learners": options.learners,
        "passes": options.passes,
        "nodes": QUADRATURE_NODES,
        "prior": SKILL_PRIOR_SD,
    }
    report = Report("population", options.quick, settings | {"seeds": options.seeds})
    studies = [PopulationStudy(name, logs, options, report) for name, logs in list_available().items()]
    for study in studies:
        study.run()
    for study, other in zip(studies, studies[::-1], strict=True) if len(studies) == 2 else ():
        study.fit("transferred", 0, other.mean())
    for study in studies:
        study.write()
    forgetting = ForgettingStudy(read_spaced_reviews())
    if len(forgetting.days):
        forgetting.run(options.seeds, report)
    if studies and not options.quick:
        plot_learning_curves(studies)
    report.table("figures", [{"figure": name, "value": value} for name, value in report.figures.items()])
    report.write()


def plot_learning_curves(studies: Sequence[PopulationStudy]) -> None:
    """Share of right answers by opportunity: observed, and expected one step ahead of the same answers."""
    figure = Figure(figsize=(11, 4), layout="constrained")
    for panel, study in zip(figure.subplots(1, len(studies), squeeze=False)[0], studies, strict=True):
        opportunity = np.concatenate([part.opportunity for part in study.test])
        shown = {"observed": study.right, "fitted": study.chance["fitted"], "constants": study.chance["constants"]}
        for label, values in shown.items():
            share = [values[opportunity == t].mean() for t in range(20)]
            panel.plot(range(1, 21), share, "ko" if label == "observed" else "-", markersize=4, label=label)
        panel.set(title=f"{study.name}: test learners", xlabel="opportunity", ylabel="share of right answers")
        panel.grid(alpha=0.3)
        panel.legend()
    figure.savefig(RESULTS / "population.png", dpi=120)


def parse_arguments() -> Namespace:
    """The command line."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="200 learners of each kind, nothing held one by one")
    parser.add_argument("--seeds", type=int, default=3, help="samples of training learners")
    options = parser.parse_args()
    options.learners, options.passes = (200, 8) if options.quick else (1000, 15)
    options.seeds = 1 if options.quick else options.seeds
    return options


if __name__ == "__main__":
    main()
