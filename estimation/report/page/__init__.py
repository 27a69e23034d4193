"""The page for reporters: one file that opens offline, with its draws, words and arithmetic.

Start at `page`.
"""
