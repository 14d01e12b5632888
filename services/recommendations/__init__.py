"""Recommendations and paths: decision, log, reasons."""
