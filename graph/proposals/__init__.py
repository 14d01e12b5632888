"""Edges that were found in logs and texts, what a person said of them, and which of them may be proposed again."""
