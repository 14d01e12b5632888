"""Ways in: use cases, HTTP, command line. No rules of its own."""
