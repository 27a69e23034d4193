"""A case on fixed random numbers, so that what differs between two runs is the input that was changed.

Start at `stage.stage`; `draw_selection` chooses the draws for questions about the estimate with other sources.
"""
