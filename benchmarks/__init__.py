"""What is measured, one command each: `python -m benchmarks.NAME`. The contract is in `benchmarks.report`."""
