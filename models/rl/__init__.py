"""Reinforcement learning: features, network, losses, training in the simulator and from logs, learned policy."""
