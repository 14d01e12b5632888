"""Learners: profile, goals and limits, mastery and history, and their state as arrays."""
