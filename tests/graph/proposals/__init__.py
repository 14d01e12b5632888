"""Proposals in the graph."""
