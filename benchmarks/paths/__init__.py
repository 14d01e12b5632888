"""Benchmarks of learning paths: learned policies, baselines and planners in simulated worlds."""
