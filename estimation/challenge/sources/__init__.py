"""What other sources do to one another and to the estimate: alone, left out, in conflict, and where they mislead.

Start at `influence.influence`.
"""
