"""What other sources do to one another and to the estimate: left out, alone, on one scale, in conflict, and in worlds where they mislead.

Start at `influence.influence`.
"""
