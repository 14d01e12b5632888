"""The queries, as text: one per .cypher file, in folders by who asks. Loaded and checked by `graph.queries`."""
