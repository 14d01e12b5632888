"""Recommendations in the graph: candidates, logged decisions, outcomes, transitions for training, bandit state."""
