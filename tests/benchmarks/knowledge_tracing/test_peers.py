"""What pyBKT and our BKT are both given."""

import numpy as np

from benchmarks.knowledge_tracing.peers import build_peer_log, sample_skills


def test_some_skills_keep_all_their_answers_and_the_others_become_unknown():
    log = build_peer_log([([1, 2, 3] * 10, [1, 0, 1] * 10), ([2, 2, 1], [0, 0, 1])])
    some = sample_skills(log, 15)
    kept = np.unique(some.skill[some.skill >= 0])
    assert 1 <= len(kept) < 3
    assert (some.skill >= 0).sum() >= 15
    assert (np.isin(log.skill, kept) == (some.skill >= 0)).all()
    assert (some.right == log.right).all()


def test_a_test_log_has_the_skills_of_the_training_log():
    train = build_peer_log([([7, 9], [1, 0])])
    test = build_peer_log([([9, 8], [1, 1])], train.skills)
    assert (test.skills, test.skill.tolist()) == (("7", "9"), [[1]])
