"""A user's own region as a folder: its statement, tables, register and other sources, read and checked as a whole.

Start at `case_folder.load`.
"""
