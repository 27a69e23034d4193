"""A folder of checked tables, and the rows of it that a model may use.

Start at `sources.load`, the one way into a data folder.
"""
