"""From counts in observed areas to draws of centre and spread, by quadrature on a grid.

Start at `transfer.fit_areas`.
"""
