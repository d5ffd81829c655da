"""Training and re-training: one loop, optimisers and learning-rate schedules."""
