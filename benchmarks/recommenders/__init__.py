"""Benchmarks of rankers and recommenders on logs."""
