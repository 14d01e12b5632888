"""Fit, measure and compare learner models, rankers and policies of a course."""
