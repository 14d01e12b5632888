"""Rows in, rows out: the only door to Neo4j."""
