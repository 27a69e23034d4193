"""Probability distributions that a judgement can have, by name, with quantiles that any stream of numbers can feed.

Start at `distributions`: the shapes by name, and how each is read from a file.
"""
