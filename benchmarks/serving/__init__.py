"""Benchmarks of the database and the API under load."""
