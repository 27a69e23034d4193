"""The one way out: results are written here, as a whole set or not at all, one run at a time.

Start at `record`.
"""
