"""Revisions of the curated graph: every change has a number, an author and a record of what it changed."""
