"""The only door to Neo4j: rows in, rows out."""
