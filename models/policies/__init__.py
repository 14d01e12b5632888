"""Strategies that choose a learner's next resource, and the selection of the one that serves."""
