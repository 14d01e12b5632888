"""Evaluation of strategies on simulated learners, the leaderboard, and advice on which strategy to serve."""
