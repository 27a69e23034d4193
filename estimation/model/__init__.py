"""From an observed rate to a region: estimands, spread, transfer and totals."""
