"""Proposed edges, their review by people, and the revisions of the curated graph."""
