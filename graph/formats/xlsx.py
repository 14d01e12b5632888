"""Excel workbooks, in and out."""

from graph.formats.xlsx_reading import read
from graph.formats.xlsx_writing import write

__all__ = ["read", "write"]
