"""Every change of the curated graph is a numbered revision with its author and what it changed."""
