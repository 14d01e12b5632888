"""Rankers: fit on an interaction log and order items for a learner by what learners do next."""
