"""Ranklens core: train, compress, re-train and profile text classifiers. Knows nothing of any user interface."""
