"""Attacks on the model: does it cover the truth, and what would change its answer."""
