"""Documents filled from results: README, methods, fact sheet, reviews and the ledger of claims.

Start at `readme`, `methods`, `fact_sheet` or `review`, by document.
"""
