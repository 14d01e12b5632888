"""Courses in memory: arrays, names, strategies and fitted models, rebuilt at every revision."""
