"""What is wrong or odd in a curated graph: each check by name, with its severity, what it found, and how to mend it."""
