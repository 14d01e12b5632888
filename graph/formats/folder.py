"""A folder with course.json and one table a file, CSV or JSONL: Lodestar's own form."""

from graph.course_files import read
from graph.course_folder import write

__all__ = ["read", "write"]
