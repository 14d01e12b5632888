"""Benchmarks of prerequisite mining: planted graphs, real logs, names."""
