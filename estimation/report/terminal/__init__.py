"""Tables in words and columns, as the terminal shows them.

Start at `tables`.
"""
