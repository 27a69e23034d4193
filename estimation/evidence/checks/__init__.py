"""What a table must be before anyone reads a figure from it: its descriptor, its columns, and its rules.

Start at `descriptor.read_descriptor`.
"""
