"""The two functions that every question calls, and the ladder of intervals read from what they give.

Start at `kernel.totals`; `ladder.run` makes a whole run of a case, and `proposal` says where it draws when sources are
weighed.
"""
