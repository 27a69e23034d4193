"""Spread between areas, learnt from systems in which every area is known, as a prior for one that is not.

Start at `spread_prior` for the prior across families, at `spread` for one system.
"""
