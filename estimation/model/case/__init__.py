"""One region with what was observed in it, ready for the ladder, wherever its numbers came from.

Start at `case.Case`.
"""
