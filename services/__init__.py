"""Use cases: join the graph's rows and the models' numbers, and word the results for people; no HTTP, no terminal."""
