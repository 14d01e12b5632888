"""Checks of a curated graph or of course files: each by name, with severity, findings, and how to fix them."""
