"""Courses to try things on, and their checks."""
