"""Pictures, drawn from published tables without computing anything.

Start at `gallery`, which lists them.
"""
