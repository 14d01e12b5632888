"""Benchmarks of learner models on real logs, and the fits of constants to them."""
