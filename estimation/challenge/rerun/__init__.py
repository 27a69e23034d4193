"""A case on fixed random numbers, so that what differs between two runs is the input that was changed.

Start at `stage.stage`; `stage.stage_with_sources` draws where the other sources give weight.
"""
