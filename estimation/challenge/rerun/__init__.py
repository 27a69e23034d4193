"""The model run again on fixed random numbers, so that a change of an input is all that changes.

Start at `replay.evaluate`; `weighed_draws` with other sources.
"""
