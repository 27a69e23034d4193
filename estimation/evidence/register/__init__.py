"""The register of assumptions, what it may cite, its template for reviewers, and the grid of other defensible choices.

Start at `assumptions.load`.
"""
