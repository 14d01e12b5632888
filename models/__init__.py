"""Numbers in, numbers out: learner models, encoder, heads, recommenders, simulator, training, evaluation."""
