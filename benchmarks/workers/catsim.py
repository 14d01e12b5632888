"""catsim's side of benchmarks/assessment/cat.py; runs in its own environment, which needs nothing of the project.

Reads an .npz with items (I, 4) as a, b, c, d and right (B, I), the answers that each examinee would give; writes an
.npz with ability (B, T + 1), catsim's estimate after each question, and asked (B, T).
"""

import sys

import numpy as np
from catsim.estimation import NumericalSearchEstimator
from catsim.item_bank import ItemBank
from catsim.selection import MaxInfoSelector


def main() -> None:
    """Maximum information at the current estimate, maximum likelihood; both as catsim's own simulator calls them."""
    source, target, length = sys.argv[1], sys.argv[2], int(sys.argv[3])
    given = np.load(source)
    bank, right = ItemBank(given["items"]), given["right"]
    selector, estimator = MaxInfoSelector(), NumericalSearchEstimator()
    asked = np.zeros((len(right), length), dtype=np.int64)
    ability = np.zeros((len(right), length + 1))
    for examinee, answers in enumerate(right):
        items: list[int] = []
        for turn in range(length):
            now = float(ability[examinee, turn])
            items.append(int(selector.select(item_bank=bank, administered_items=items, est_theta=now)))
            outcomes = [bool(answers[item]) for item in items]
            ability[examinee, turn + 1] = estimator.estimate(
                item_bank=bank, administered_items=items, response_vector=outcomes, est_theta=now
            )
        asked[examinee] = items
    np.savez(target, ability=ability, asked=asked)


if __name__ == "__main__":
    main()
