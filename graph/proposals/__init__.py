"""Proposed edges, found in logs and texts: their review, and which of them may be proposed again."""
