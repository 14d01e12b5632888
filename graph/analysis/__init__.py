"""Read-only questions to the graph: ready queries, Cypher of one's own, files for Neo4j Browser, and Parquet export."""
