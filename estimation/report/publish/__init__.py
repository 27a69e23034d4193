"""Which runs make which files of results, for the data that ship and for a case.

Start at `publish`.
"""
