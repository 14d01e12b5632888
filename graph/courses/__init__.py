"""A course as records, and its files: raw tables, parsing, validation, writing, and the difference of two states."""
