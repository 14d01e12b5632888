"""The generated log has the size and the structure that it promises."""

from collections import Counter

import numpy as np

from benchmarks.recommenders.data import CLUSTERS, generate_log


def test_a_generated_log_is_in_order_without_repeats_and_repeatable():
    log, again, other = (
        generate_log(0, 400, 1000, 4000),
        generate_log(0, 400, 1000, 4000),
        generate_log(1, 400, 1000, 4000),
    )
    assert len(log) == 4000 and len(log.learners) == 400 and len(log.items) == 1000
    assert (np.diff(log.days) >= 0).all() and log.clock and set(np.unique(log.outcome)) == {0, 1}
    assert len(np.unique(log.learner * 1000 + log.item)) == 4000
    assert (
        (log.item == again.item).all() and (log.days == again.days).all() and (log.item[:100] != other.item[:100]).any()
    )


def test_popularity_is_skewed_and_order_tells_of_what_comes_next():
    log = generate_log(0, 400, 1000, 4000)
    counts = np.sort(np.bincount(log.item, minlength=1000))[::-1]
    assert counts[:100].sum() > 3 * counts[450:550].sum()
    table, _ = log.sequences(50)
    before, after = table[:, :-1].ravel(), table[:, 1:].ravel()
    pairs = Counter(zip(before[before >= 0].tolist(), after[before >= 0].tolist(), strict=True))
    commonest = {a: count for (a, _), count in sorted(pairs.items(), key=lambda pair: pair[1])}
    assert sum(commonest.values()) > 0.25 * sum(pairs.values()), f"by chance about 1 in {1000 // CLUSTERS} or less"
