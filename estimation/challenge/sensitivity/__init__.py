"""Which assumption matters: moved alone, as shares of variance, by power-scaling, and where claims tip.

Start at `challenge.challenge`, which asks everything of a case.
"""
