"""Rankers: they learn from logs what learners turn to next, and order items for a learner by it."""
