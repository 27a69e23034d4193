"""Places, people and draws as arrays, what a total counts, and how rates in places become totals.

Start at `poststratify.simulate`.
"""
