"""Benchmarks, one command each: `python -m benchmarks.FOLDER.NAME`; results as `benchmarks.report` defines."""
