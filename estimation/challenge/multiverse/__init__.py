"""Every combination of the declared choices, run on the same random numbers.

Start at `multiverse.run`.
"""
