"""Simulated learners, the environments they act in, and the tutor's estimate of them."""
