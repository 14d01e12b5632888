"""Tests of the revisions of the curated graph."""
