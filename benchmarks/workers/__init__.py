"""Worker processes of peers, run by the Python of the peer's own environment: `-m benchmarks.workers.NAME`."""
