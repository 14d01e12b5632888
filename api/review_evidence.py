"""What logs and texts say for an edge, in words that a person can weigh, with the numbers beside them."""

import math
from collections.abc import Mapping

from graph.proposals.records import PREREQUISITE, RELATED, Found, Pair
from models.mining.contract import MasteryLog, Mined
from models.mining.likeness import Alike, alike
from models.mining.shares import shares


def from_log(log: MasteryLog, mined: Mined, names: Mapping[str, str]) -> list[Found]:
    """The mined pairs, strongest first."""
    told = zip(*shares(log, mined), strict=True)
    return [_mined(log, mined, place, names, share) for place, share in enumerate(told)]


def from_texts(points: Mapping[str, str], descriptions: Mapping[str, str]) -> list[Found]:
    """Points (id: name) that are alike, most alike first."""
    ids = sorted(points)
    pairs = alike([points[id] for id in ids], [descriptions.get(id, "") for id in ids])
    return [
        Found(Pair(RELATED, ids[pair.a], ids[pair.b]), _likeness(pair), {"weight": round(pair.cosine, 4)})
        for pair in pairs
    ]


def _likeness(pair: Alike) -> str:
    return f"Names and descriptions are alike (cosine {pair.cosine:.2f}): {', '.join(pair.shared) or 'parts of words'}."


def _mined(log: MasteryLog, mined: Mined, place: int, names: Mapping[str, str], share: tuple[float, float]) -> Found:
    before, after = log.points[mined.before[place]], log.points[mined.after[place]]
    support, confidence = float(mined.support[place]), float(mined.confidence[place])
    lift, p_value = float(mined.lift[place]), float(mined.p_value[place])
    x, y = names.get(before, before), names.get(after, after)
    text = (
        f"{support:.0f} of {support / confidence:.0f} learners who mastered both mastered “{x}” first. "
        f"Of those who worked on “{y}”, {_percent(share[0])} mastered it with “{x}” mastered before, "
        f"{_percent(share[1])} without. Lift {lift:.1f} among learners alike; p {_p(p_value)}."
    )
    numbers = {"support": support, "confidence": round(confidence, 4), "lift": round(lift, 4), "pValue": p_value}
    return Found(Pair(PREREQUISITE, before, after), text, numbers)


def _percent(share: float) -> str:
    return "nobody" if math.isnan(share) else f"{share:.0%}"


def _p(value: float) -> str:
    """As a person writes it: = 0.012, = 3e-9, < 1e-300."""
    if value < 1e-300:
        return "< 1e-300"
    if value >= 0.001:
        return f"= {value:.3f}"
    digits, exponent = f"{value:.0e}".split("e")
    return f"= {digits}e{int(exponent)}"
