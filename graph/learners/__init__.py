"""Learners in the graph: profiles, mastery, practice, history, diagnostics, evidence for skipping, and log files."""
