"""Contextual bandits: they learn from each outcome and look one step ahead."""
