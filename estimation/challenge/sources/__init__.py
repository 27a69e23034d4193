"""What other sources do to one another and to the estimate: left out, alone, on one scale, and in conflict.

Start at `influence.influence`.
"""
