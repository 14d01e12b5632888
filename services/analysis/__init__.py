"""Analysts' questions to the graph and the formats of their answers."""
