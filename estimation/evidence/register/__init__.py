"""The register of assumptions, its template for reviewers, and the declared grid of other defensible choices.

Start at `assumptions.load`.
"""
