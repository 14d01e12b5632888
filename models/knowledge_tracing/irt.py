"""Item response theory, 1PL, 2PL, 3PL (Birnbaum 1968), and the three as learner models.

    P(right | θ) = c + (1 − c) σ(a (θ − b)),      θ ~ N(0, 1)

Items by marginal maximum likelihood, abilities by EAP. EM of Bock & Aitkin (1981): the E-step weighs a fixed grid of θ
by each learner's answers, the M-step is one Fisher scoring step for all items at once in (log a, b, logit c). Normal
priors on the three keep an item with few answers, or only right ones, where it is plausible (Mislevy 1986); those of
log a and b have centres that are fitted too, with the same prior around 0. In 1PL all items share a and c = 0; in 2PL
c = 0. Standard errors of items: observed information by Louis (1982), each item's own block, the priors' part
included; a shared a has one for all items.
Left out: correlations between items' errors, groups with abilities of their own, a drift of θ.

Learner models: one ability θ per learner, a posterior over a grid, updated exactly.

    log p(θ | answers) ← log p(θ | answers) + log P(answer | θ)

A skill is an item of its own wherever the log names no item or an unknown one; an answer to several skills at once has
the mean of their chances. The mastery of a point is the chance of a right answer to the skill without guessing. θ is
constant, so the estimate follows a learner who improves only slowly. Points have no state of their own (M = 0).
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit, logit, logsumexp

from models.arrays import Doubles, Flags, Floats
from models.knowledge_tracing.answer_log import AnswerLog
from models.knowledge_tracing.base import Estimate, LearnerModel, ModelState, Question
from models.storage import Parameters

IRTKind = Literal["1pl", "2pl", "3pl"]
FEW_ITEM_ANSWERS = 10
"""Answers below which `notes` lists an item's parameters as mostly the prior."""


@dataclass(frozen=True)
class IRTSettings:
    """How to fit items.

    Attributes:
        nodes, span: the grid of θ, evenly from −span to span. 41 over ±5 as in common IRT programs.
        discrimination_sd: of log a between items; .5 as in BILOG.
        difficulty_sd: of b between items; 2 as in BILOG.
        guessing, guessing_sd: centre and standard deviation of logit c; one in five with a 95 % range of .09–.40.
        rounds, tolerance: EM stops after so many rounds, or when no parameter moves by more.
    """

    nodes: int = 41
    span: float = 5.0
    discrimination_sd: float = 0.5
    difficulty_sd: float = 2.0
    guessing: float = 0.2
    guessing_sd: float = 0.5
    rounds: int = 200
    tolerance: float = 1e-4

    def grid(self) -> tuple[Doubles, Doubles]:
        """Return the nodes θ (Q,) and their log prior weights (Q,)."""
        theta = np.linspace(-self.span, self.span, self.nodes)
        prior = -0.5 * theta**2
        return theta, prior - logsumexp(prior)


@dataclass(frozen=True, eq=False)
class ItemBank:
    """I items; all arrays (I,). The standard errors of an item without answers are those of the prior."""

    discrimination: Doubles
    difficulty: Doubles
    guessing: Doubles
    discrimination_se: Doubles
    difficulty_se: Doubles
    guessing_se: Doubles

    def chance(self, theta: Doubles) -> Doubles:
        """Return P(right) of all items at θ (Q,): (I, Q)."""
        return compute_response_curve(
            self.discrimination[:, None], self.difficulty[:, None], self.guessing[:, None], theta
        )


class Responses(NamedTuple):
    """Right and wrong answers counted by (learner, item): two sparse (B, I)."""

    right: sparse.csr_matrix
    wrong: sparse.csr_matrix


class ItemFit(NamedTuple):
    """The fitted items, the number of EM rounds, and the marginal log likelihood of each round."""

    bank: ItemBank
    rounds: int
    log_likelihood: list[float]


def compute_response_curve(discrimination: Doubles, difficulty: Doubles, guessing: Doubles, theta: Doubles) -> Doubles:
    """Return P(right); all shapes broadcast."""
    return np.asarray(guessing + (1 - guessing) * expit(discrimination * (theta - difficulty)))


def count_responses(
    learner: NDArray[np.int64], item: NDArray[np.int64], right: NDArray[np.bool_], shape: tuple[int, int]
) -> Responses:
    """Count answers given as triples (learner, item, right) (A,), in any order; a pair may occur several times."""
    parts = (sparse.csr_matrix((of.astype(float), (learner, item)), shape=shape) for of in (right, ~right))
    return Responses(*parts)


def fit_items(responses: Responses, kind: IRTKind = "2pl", settings: IRTSettings | None = None) -> ItemFit:
    """Fit all items by marginal maximum a posteriori, with standard errors."""
    settings = settings or IRTSettings()
    theta, _ = settings.grid()
    prior = _Prior(kind, settings)
    values = prior.start(responses)
    history: list[float] = []
    if not len(values):
        return ItemFit(_make_bank(values, values, kind), 0, history)
    for _ in range(settings.rounds):
        weight, likelihood = compute_posterior(_compute_log_chance(values, theta), responses, settings)
        history.append(float(likelihood.sum()))
        moved = _take_scoring_step(values, responses.right.T @ weight, responses.wrong.T @ weight, theta, prior)
        values = values + moved
        if np.abs(moved).max(initial=0) < settings.tolerance:
            break
    return ItemFit(
        _make_bank(values, _estimate_errors(values, responses, settings, prior), kind), len(history), history
    )


def compute_posterior(
    log_chance: tuple[Doubles, Doubles], responses: Responses, settings: IRTSettings
) -> tuple[Doubles, Doubles]:
    """Return each learner's weights of the grid (B, Q) and log marginal likelihood (B,).

    log_chance: log P and log(1 − P), (I, Q) each.
    """
    _, prior = settings.grid()
    joint = prior + responses.right @ log_chance[0] + responses.wrong @ log_chance[1]
    likelihood = logsumexp(joint, axis=1)
    return np.exp(joint - likelihood[:, None]), likelihood


def estimate_abilities(
    bank: ItemBank, responses: Responses, settings: IRTSettings | None = None
) -> tuple[Doubles, Doubles]:
    """Estimate θ by EAP: posterior mean and standard deviation, both (B,); 0 and 1 without answers."""
    settings = settings or IRTSettings()
    theta, _ = settings.grid()
    chance = bank.chance(theta)
    weight, _ = compute_posterior((np.log(chance), np.log1p(-chance)), responses, settings)
    mean = weight @ theta
    return mean, np.sqrt(np.maximum(weight @ theta**2 - mean**2, 0))


class _Prior:
    """Normal priors on (log a, b, logit c), and which of the three are free (`free`) or shared by all items."""

    def __init__(self, kind: IRTKind, settings: IRTSettings) -> None:
        self.is_1pl = kind == "1pl"
        self.free = np.array([True, True, kind == "3pl"])
        self.precision = np.array([settings.discrimination_sd, settings.difficulty_sd, settings.guessing_sd]) ** -2.0
        self.guessing = logit(settings.guessing) if kind == "3pl" else -np.inf

    def start(self, responses: Responses) -> Doubles:
        """Return the first values (I, 3): a = 1, b from the share of right answers."""
        right, wrong = (np.asarray(part.sum(axis=0)).ravel() for part in responses)
        total = right.sum() + wrong.sum()
        usual = (right.sum() + 1) / (total + 2)
        easiness = logit((right + 2 * usual) / (right + wrong + 2))
        return np.stack([np.zeros(len(right)), -easiness, np.full(len(right), self.guessing)], axis=1)

    def gradient(self, values: Doubles) -> Doubles:
        """Return the gradient of the log prior, (I, 3)."""
        centre = np.array([*values[:, :2].sum(axis=0) / (len(values) + 1), self.guessing])
        distance = np.where(self.free, values - np.where(self.free, centre, 0), 0)
        return -self.precision * distance


def _compute_log_chance(values: Doubles, theta: Doubles) -> tuple[Doubles, Doubles]:
    chance = compute_response_curve(np.exp(values[:, :1]), values[:, 1:2], expit(values[:, 2:]), theta).clip(
        1e-12, 1 - 1e-12
    )
    return np.log(chance), np.log1p(-chance)


def _compute_slopes(values: Doubles, theta: Doubles) -> tuple[Doubles, Doubles]:
    """Return P (I, Q) and its derivatives (I, Q, 3) by log a, b, logit c."""
    discrimination, guessing = np.exp(values[:, :1]), expit(values[:, 2:])
    z = discrimination * (theta - values[:, 1:2])
    rise = (1 - guessing) * expit(z) * expit(-z)
    by = np.stack([rise * z, -rise * discrimination, guessing * (1 - guessing) * expit(-z)], axis=-1)
    return (guessing + (1 - guessing) * expit(z)).clip(1e-12, 1 - 1e-12), by


def _take_scoring_step(values: Doubles, right: Doubles, wrong: Doubles, theta: Doubles, prior: _Prior) -> Doubles:
    """Return one damped Fisher scoring step (I, 3) on expected counts (I, Q)."""
    chance, by = _compute_slopes(values, theta)
    gradient = np.einsum("iq,iqp->ip", right / chance - wrong / (1 - chance), by) + prior.gradient(values)
    information = np.einsum("iq,iqp,iqr->ipr", (right + wrong) / (chance * (1 - chance)), by, by)
    information += np.diag(prior.precision)
    if prior.is_1pl:
        shared = gradient[:, 0].sum() / (information[:, 0, 0].sum() - (len(values) - 1) * prior.precision[0])
        step = np.stack([np.full(len(values), shared), gradient[:, 1] / information[:, 1, 1], np.zeros(len(values))], 1)
    else:
        step = _solve(information, gradient, prior.free)
    return np.asarray(np.clip(step, -0.5, 0.5))


def _solve(information: Doubles, gradient: Doubles, free: NDArray[np.bool_]) -> Doubles:
    step = np.zeros_like(gradient)
    inner = information[:, free][:, :, free]
    step[:, free] = np.linalg.solve(inner, gradient[:, free, None])[..., 0]
    return step


def _estimate_errors(values: Doubles, responses: Responses, settings: IRTSettings, prior: _Prior) -> Doubles:
    """Return standard errors (I, 3) from each item's observed information.

    Louis: observed = E[−∂²ℓ] − Var[∂ℓ], expectations over each learner's posterior of θ. The first term is taken as the
    Fisher information, which it equals on average.
    """
    theta, _ = settings.grid()
    weight, _ = compute_posterior(_compute_log_chance(values, theta), responses, settings)
    chance, by = _compute_slopes(values, theta)
    seen = (responses.right + responses.wrong).tocoo()
    lost = np.zeros((len(values), 3, 3))
    wins = np.asarray(responses.right.tocsr()[seen.row, seen.col]).ravel() if seen.nnz else np.zeros(0)
    for first in range(0, seen.nnz, 8192):
        part = slice(first, first + 8192)
        row, item, n = seen.row[part], seen.col[part], seen.data[part, None]
        factor = (wins[part, None] - n * chance[item]) / (chance[item] * (1 - chance[item]))
        score, at = factor[..., None] * by[item], weight[row]
        mean = np.einsum("aq,aqp->ap", at, score)
        covariance = np.einsum("aq,aqp,aqr->apr", at, score, score) - mean[:, :, None] * mean[:, None]
        np.add.at(lost, item, covariance)
    expected = np.asarray((responses.right + responses.wrong).T @ weight)
    information = np.einsum("iq,iqp,iqr->ipr", expected / (chance * (1 - chance)), by, by)
    if prior.is_1pl:
        return _estimate_tied_errors(information, lost, _compute_shared_loss(responses, weight, chance, by), prior)
    return _invert(information - lost, prior)


def _compute_shared_loss(responses: Responses, weight: Doubles, chance: Doubles, by: Doubles) -> tuple[float, Doubles]:
    """Return the information on a shared log a that is lost because θ is unobserved.

    That is the variance of its score, and the covariances of its score with that of each b, (I,).
    """
    right, wrong = by / chance[..., None], by / (1 - chance)[..., None]
    score = responses.right @ right[..., 0] - responses.wrong @ wrong[..., 0]
    centred = weight * (score - (weight * score).sum(axis=1, keepdims=True))
    with_b = (responses.right.T @ centred) * right[..., 1] - (responses.wrong.T @ centred) * wrong[..., 1]
    return float((centred * score).sum()), with_b.sum(axis=1)


def _estimate_tied_errors(information: Doubles, lost: Doubles, shared: tuple[float, Doubles], prior: _Prior) -> Doubles:
    own = np.maximum(information[:, 1, 1] - lost[:, 1, 1], 0) + prior.precision[1]
    across = information[:, 0, 1] - shared[1]
    both = information[:, 0, 0].sum() - shared[0] - (across**2 / own).sum()
    errors = np.zeros((len(own), 3))
    errors[:, 0] = (max(both, 0) + prior.precision[0]) ** -0.5
    errors[:, 1] = own**-0.5
    return errors


def _invert(information: Doubles, prior: _Prior) -> Doubles:
    errors = np.zeros((len(information), 3))
    inner = information[:, prior.free][:, :, prior.free]
    value, vector = np.linalg.eigh(inner)
    positive = vector @ (np.maximum(value, 0)[..., None] * vector.transpose(0, 2, 1))
    total = positive + np.diag(prior.precision[prior.free])
    errors[:, prior.free] = np.sqrt(np.diagonal(np.linalg.inv(total), axis1=1, axis2=2))
    return errors


def _make_bank(values: Doubles, errors: Doubles, kind: IRTKind) -> ItemBank:
    discrimination, guessing = np.exp(values[:, 0]), expit(values[:, 2])
    return ItemBank(
        discrimination=discrimination,
        difficulty=values[:, 1],
        guessing=guessing,
        discrimination_se=discrimination * errors[:, 0],
        difficulty_se=errors[:, 1],
        guessing_se=guessing * (1 - guessing) * errors[:, 2] * (kind == "3pl"),
    )


_IRT_SETTINGS = IRTSettings()


class IRTModel(LearnerModel):
    """One ability θ per learner with a posterior on a grid (Birnbaum 1968).

        P(right | θ) = c + (1 − c) σ(a (θ − b)),      log p(θ) ← log p(θ) + log P(answer | θ)

    H = Q, the log posterior on the grid; M = 0. Parameters: `discrimination`, `difficulty` and `guessing` (N + I,) with
    their standard errors, first those of skills, then those of items.
    """

    kind: ClassVar[IRTKind]

    def __init__(
        self, skills: tuple[str, ...], items: tuple[str, ...], parameters: Parameters, notes: tuple[str, ...] = ()
    ) -> None:
        self.skills, self.items, self.notes = skills, items, notes
        self._parameters = {name: np.asarray(value, dtype=np.float64) for name, value in parameters.items()}
        theta, self._prior = _IRT_SETTINGS.grid()
        self._theta = theta
        a, b, c = (self._parameters[name][:, None] for name in ("discrimination", "difficulty", "guessing"))
        known = 1 / (1 + np.exp(-a * (theta - b)))
        nothing = known.mean(axis=0, keepdims=True) if len(known) else np.full((1, len(theta)), 0.5)
        guess = c.mean(keepdims=True) if len(c) else np.zeros((1, 1))
        self._known = np.concatenate([known, nothing])
        self._chance = np.concatenate([c + (1 - c) * known, guess + (1 - guess) * nothing])

    @classmethod
    def fit(cls, log: AnswerLog, seed: int = 0) -> Self:
        """Fit skills to all answers that touch them and items to theirs, each on a scale where θ ~ N(0, 1)."""
        row, column = np.nonzero(log.skill >= 0)
        of_skills = (log.learner[row], log.skill[row, column], log.right[row])
        named = np.flatnonzero(log.item >= 0)
        of_items = (log.learner[named], log.item[named], log.right[named])
        banks: list[ItemBank] = []
        notes: list[str] = []
        for what, names, triples in (("skill", log.skills, of_skills), ("item", log.items, of_items)):
            responses = count_responses(*triples, (len(log.learners), len(names)))
            banks.append(fit_items(responses, cls.kind, _IRT_SETTINGS).bank)
            answers = np.bincount(triples[1], minlength=len(names))
            few = [name for name, number in zip(names, answers, strict=True) if number < FEW_ITEM_ANSWERS]
            if few:
                notes.append(
                    f"{len(few)} of {len(names)} {what}s have under {FEW_ITEM_ANSWERS} answers and lean on the prior"
                )
        names = ("discrimination", "difficulty", "guessing")
        names = (*names, *(f"{name}_se" for name in names))
        parameters = {name: np.concatenate([getattr(bank, name) for bank in banks]) for name in names}
        return cls(log.skills, log.items, parameters, tuple(notes))

    def parameters(self) -> Parameters:
        """Return a, b, c and their standard errors, (N + I,) each, skills first."""
        return dict(self._parameters)

    @classmethod
    def from_parameters(cls, skills: tuple[str, ...], items: tuple[str, ...], parameters: Parameters) -> Self:
        """Restore the model from `parameters()`, without notes."""
        return cls(skills, items, parameters)

    def start(self) -> ModelState:
        """Return the log prior of θ on the grid, (1, Q), and an empty (1, N, 0)."""
        return ModelState(self._prior[None].astype(np.float32), np.zeros((1, len(self.skills), 0), dtype=np.float32))

    def update(self, state: ModelState, question: Question, right: Flags) -> ModelState:
        """Apply Bayes' rule on the grid."""
        chance = self._curve(question)
        joint = state.learner + np.log(np.where(right[:, None], chance, 1 - chance).clip(1e-9))
        return ModelState((joint - joint.max(axis=1, keepdims=True)).astype(np.float32), state.points)

    def predict(self, state: ModelState, question: Question) -> Floats:
        """Return the mean of P(right) over the posterior of θ, (B,)."""
        return np.asarray((_compute_weights(state) * self._curve(question)).sum(axis=1), dtype=np.float32)

    def mastery(self, state: ModelState, question: Question) -> Estimate:
        """Return mean and standard deviation of P(right) without guessing over the posterior of θ, (B, P)."""
        weight, known = _compute_weights(state), self._known[self._rows(question.points)]
        mean = np.einsum("bq,bpq->bp", weight, known)
        square = np.einsum("bq,bpq->bp", weight, known**2)
        sd = np.sqrt(np.maximum(square - mean**2, 0))
        return Estimate(mean.astype(np.float32), sd.astype(np.float32))

    def ability(self, state: ModelState) -> Estimate:
        """Return mean and standard deviation of θ, both (B,)."""
        weight = _compute_weights(state)
        mean = weight @ self._theta
        sd = np.sqrt(np.maximum(weight @ self._theta**2 - mean**2, 0))
        return Estimate(mean.astype(np.float32), sd.astype(np.float32))

    def _curve(self, question: Question) -> NDArray[np.float64]:
        """Return P(right) at every θ, (B, Q): the item's where there is one, else the skills'."""
        share = question.importance / np.maximum(question.importance.sum(axis=1, keepdims=True), 1e-9)
        skills = np.einsum("bp,bpq->bq", share, self._chance[self._rows(question.points)])
        untouched = question.importance.sum(axis=1) <= 0
        skills[untouched] = self._chance[-1]
        item = question.item[:, None] >= 0
        return np.where(item, self._chance[np.where(question.item >= 0, question.item + len(self.skills), -1)], skills)

    def _rows(self, points: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the rows of the curves; the last one, their mean, for unknown points."""
        return np.where(points >= 0, points, -1)


class OneParameter(IRTModel):
    """1PL: each item has its difficulty b; all share a, c = 0."""

    name, kind = "irt_1pl", "1pl"


class TwoParameter(IRTModel):
    """2PL: each item has its difficulty b and discrimination a; c = 0."""

    name, kind = "irt_2pl", "2pl"


class ThreeParameter(IRTModel):
    """3PL: each item has its difficulty b, discrimination a and guessing c."""

    name, kind = "irt_3pl", "3pl"


def _compute_weights(state: ModelState) -> NDArray[np.float64]:
    likely = np.exp(state.learner.astype(np.float64) - state.learner.max(axis=1, keepdims=True))
    return np.asarray(likely / likely.sum(axis=1, keepdims=True))
