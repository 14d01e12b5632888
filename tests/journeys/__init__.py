"""Whole days of the people whom Lodestar is for, each as one test through files, commands and the real database."""
