"""Figures that others published, recomputed from the rate and the base each says it used.

Start at `published`.
"""
