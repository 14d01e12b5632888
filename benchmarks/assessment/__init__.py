"""Benchmarks of diagnostics: how well a few questions estimate what a learner knows."""
