"""Bytes from disk, and nothing else: files within their size, CSV cells with row and column, refusal of personal data.

Start at `files.read_bytes`; `csvfile.read_cells` for tables.
"""
