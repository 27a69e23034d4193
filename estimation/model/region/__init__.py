"""Places, people and random numbers as arrays, what a total counts, and how rates in places become totals.

Start at `poststratify.poststratify`.
"""
