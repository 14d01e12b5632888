"""Benchmarks of learned policies in the simulator: quality and speed of training."""
