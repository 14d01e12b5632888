"""Item response theory, 1PL, 2PL, 3PL (Birnbaum 1968): items by marginal maximum likelihood, abilities by EAP.

    P(right | θ) = c + (1 − c) σ(a (θ − b)),      θ ~ N(0, 1)

EM of Bock & Aitkin (1981): the E step weighs a fixed grid of θ by each learner's answers, the M step is one Fisher
scoring step for all items at once in (log a, b, logit c). Normal priors on the three keep an item with few answers, or
only right ones, where it is plausible (Mislevy 1986); log a and b have theirs around centres that are fitted too, with
the same prior around 0. In 1PL all items share a and c = 0; in 2PL c = 0. Standard errors of items: observed
information by Louis (1982), each item's own block, the priors' part included; a shared a has one for all.
Left out: correlations between items' errors, groups with abilities of their own, a drift of θ.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit, logit, logsumexp

Doubles = NDArray[np.float64]
Kind = Literal["1pl", "2pl", "3pl"]


@dataclass(frozen=True)
class ItemSettings:
    """How items are fitted.

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
        """Nodes θ (Q,) and their log prior weights (Q,)."""
        theta = np.linspace(-self.span, self.span, self.nodes)
        prior = -0.5 * theta**2
        return theta, prior - logsumexp(prior)


@dataclass(frozen=True, eq=False)
class ItemBank:
    """I items; all arrays (I,). The standard errors of an item that nobody answered are those of the prior."""

    discrimination: Doubles
    difficulty: Doubles
    guessing: Doubles
    discrimination_se: Doubles
    difficulty_se: Doubles
    guessing_se: Doubles

    def chance(self, theta: Doubles) -> Doubles:
        """P(right) of all items at θ (Q,): (I, Q)."""
        return curve(self.discrimination[:, None], self.difficulty[:, None], self.guessing[:, None], theta)


class Responses(NamedTuple):
    """Right and wrong answers counted by (learner, item): two sparse (B, I)."""

    right: sparse.csr_matrix
    wrong: sparse.csr_matrix


class Fit(NamedTuple):
    """The bank, after how many rounds, and the marginal log likelihood of each round."""

    bank: ItemBank
    rounds: int
    log_likelihood: list[float]


def curve(discrimination: Doubles, difficulty: Doubles, guessing: Doubles, theta: Doubles) -> Doubles:
    """P(right); all shapes broadcast."""
    return np.asarray(guessing + (1 - guessing) * expit(discrimination * (theta - difficulty)))


def count(
    learner: NDArray[np.int64], item: NDArray[np.int64], right: NDArray[np.bool_], shape: tuple[int, int]
) -> Responses:
    """Answers as (learner, item, right) triples (A,), in any order; the same pair may occur often."""
    parts = (sparse.csr_matrix((of.astype(float), (learner, item)), shape=shape) for of in (right, ~right))
    return Responses(*parts)


def fit_items(responses: Responses, kind: Kind = "2pl", settings: ItemSettings | None = None) -> Fit:
    """Marginal maximum a posteriori estimates of all items with their standard errors."""
    settings = settings or ItemSettings()
    theta, _ = settings.grid()
    prior = _Prior(kind, settings)
    values = prior.start(responses)
    history: list[float] = []
    if not len(values):
        return Fit(_bank(values, values, kind), 0, history)
    for _ in range(settings.rounds):
        weight, likelihood = posterior(_log_chance(values, theta), responses, settings)
        history.append(float(likelihood.sum()))
        moved = _scoring(values, responses.right.T @ weight, responses.wrong.T @ weight, theta, prior)
        values = values + moved
        if np.abs(moved).max(initial=0) < settings.tolerance:
            break
    return Fit(_bank(values, _errors(values, responses, settings, prior), kind), len(history), history)


def posterior(
    log_chance: tuple[Doubles, Doubles], responses: Responses, settings: ItemSettings
) -> tuple[Doubles, Doubles]:
    """Each learner's weights of the grid (B, Q) and log marginal likelihood (B,), given log P and log(1 − P) (I, Q)."""
    _, prior = settings.grid()
    joint = prior + responses.right @ log_chance[0] + responses.wrong @ log_chance[1]
    likelihood = logsumexp(joint, axis=1)
    return np.exp(joint - likelihood[:, None]), likelihood


def abilities(bank: ItemBank, responses: Responses, settings: ItemSettings | None = None) -> tuple[Doubles, Doubles]:
    """EAP: posterior mean and standard deviation of θ, both (B,); 0 and 1 without answers."""
    settings = settings or ItemSettings()
    theta, _ = settings.grid()
    chance = bank.chance(theta)
    weight, _ = posterior((np.log(chance), np.log1p(-chance)), responses, settings)
    mean = weight @ theta
    return mean, np.sqrt(np.maximum(weight @ theta**2 - mean**2, 0))


class _Prior:
    """Normal priors on (log a, b, logit c), and which of the three are free (`free`) or shared by all items."""

    def __init__(self, kind: Kind, settings: ItemSettings) -> None:
        self.tied = kind == "1pl"
        self.free = np.array([True, True, kind == "3pl"])
        self.precision = np.array([settings.discrimination_sd, settings.difficulty_sd, settings.guessing_sd]) ** -2.0
        self.guessing = logit(settings.guessing) if kind == "3pl" else -np.inf

    def start(self, responses: Responses) -> Doubles:
        """(I, 3) a = 1, b from the share of right answers."""
        right, wrong = (np.asarray(part.sum(axis=0)).ravel() for part in responses)
        total = right.sum() + wrong.sum()
        usual = (right.sum() + 1) / (total + 2)
        easiness = logit((right + 2 * usual) / (right + wrong + 2))
        return np.stack([np.zeros(len(right)), -easiness, np.full(len(right), self.guessing)], axis=1)

    def pull(self, values: Doubles) -> Doubles:
        """(I, 3) gradient of the log prior."""
        centre = np.array([*values[:, :2].sum(axis=0) / (len(values) + 1), self.guessing])
        distance = np.where(self.free, values - np.where(self.free, centre, 0), 0)
        return -self.precision * distance


def _log_chance(values: Doubles, theta: Doubles) -> tuple[Doubles, Doubles]:
    chance = curve(np.exp(values[:, :1]), values[:, 1:2], expit(values[:, 2:]), theta).clip(1e-12, 1 - 1e-12)
    return np.log(chance), np.log1p(-chance)


def _slopes(values: Doubles, theta: Doubles) -> tuple[Doubles, Doubles]:
    """P (I, Q) and its derivatives (I, Q, 3) by log a, b, logit c."""
    discrimination, guessing = np.exp(values[:, :1]), expit(values[:, 2:])
    z = discrimination * (theta - values[:, 1:2])
    rise = (1 - guessing) * expit(z) * expit(-z)
    by = np.stack([rise * z, -rise * discrimination, guessing * (1 - guessing) * expit(-z)], axis=-1)
    return (guessing + (1 - guessing) * expit(z)).clip(1e-12, 1 - 1e-12), by


def _scoring(values: Doubles, right: Doubles, wrong: Doubles, theta: Doubles, prior: _Prior) -> Doubles:
    """One damped Fisher scoring step (I, 3) on expected counts (I, Q)."""
    chance, by = _slopes(values, theta)
    gradient = np.einsum("iq,iqp->ip", right / chance - wrong / (1 - chance), by) + prior.pull(values)
    information = np.einsum("iq,iqp,iqr->ipr", (right + wrong) / (chance * (1 - chance)), by, by)
    information += np.diag(prior.precision)
    if prior.tied:
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


def _errors(values: Doubles, responses: Responses, settings: ItemSettings, prior: _Prior) -> Doubles:
    """(I, 3) standard errors from each item's observed information.

    Louis: observed = E[−∂²ℓ] − Var[∂ℓ], expectations over each learner's posterior of θ. The first term is taken as the
    Fisher information, which it equals on average.
    """
    theta, _ = settings.grid()
    weight, _ = posterior(_log_chance(values, theta), responses, settings)
    chance, by = _slopes(values, theta)
    seen = (responses.right + responses.wrong).tocoo()
    lost = np.zeros((len(values), 3, 3))
    wins = np.asarray(responses.right.tocsr()[seen.row, seen.col]).ravel() if seen.nnz else np.zeros(0)
    for first in range(0, seen.nnz, 8192):
        part = slice(first, first + 8192)
        row, item, n = seen.row[part], seen.col[part], seen.data[part, None]
        factor = (wins[part, None] - n * chance[item]) / (chance[item] * (1 - chance[item]))
        score, at = factor[..., None] * by[item], weight[row]
        mean = np.einsum("aq,aqp->ap", at, score)
        spread = np.einsum("aq,aqp,aqr->apr", at, score, score) - mean[:, :, None] * mean[:, None]
        np.add.at(lost, item, spread)
    expected = np.asarray((responses.right + responses.wrong).T @ weight)
    information = np.einsum("iq,iqp,iqr->ipr", expected / (chance * (1 - chance)), by, by)
    if prior.tied:
        return _tied_errors(information, lost, _shared_loss(responses, weight, chance, by), prior)
    return _invert(information - lost, prior)


def _shared_loss(responses: Responses, weight: Doubles, chance: Doubles, by: Doubles) -> tuple[float, Doubles]:
    """What not seeing θ costs a shared log a: the variance of its score, and its covariance with each b's (I,)."""
    right, wrong = by / chance[..., None], by / (1 - chance)[..., None]
    score = responses.right @ right[..., 0] - responses.wrong @ wrong[..., 0]
    apart = weight * (score - (weight * score).sum(axis=1, keepdims=True))
    with_b = (responses.right.T @ apart) * right[..., 1] - (responses.wrong.T @ apart) * wrong[..., 1]
    return float((apart * score).sum()), with_b.sum(axis=1)


def _tied_errors(information: Doubles, lost: Doubles, shared: tuple[float, Doubles], prior: _Prior) -> Doubles:
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


def _bank(values: Doubles, errors: Doubles, kind: Kind) -> ItemBank:
    discrimination, guessing = np.exp(values[:, 0]), expit(values[:, 2])
    return ItemBank(
        discrimination=discrimination,
        difficulty=values[:, 1],
        guessing=guessing,
        discrimination_se=discrimination * errors[:, 0],
        difficulty_se=errors[:, 1],
        guessing_se=guessing * (1 - guessing) * errors[:, 2] * (kind == "3pl"),
    )
