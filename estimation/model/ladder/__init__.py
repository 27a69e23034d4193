"""The ladder of intervals: one set of draws of a case, summarised rung by rung.

Start at `ladder.climb`.
"""
