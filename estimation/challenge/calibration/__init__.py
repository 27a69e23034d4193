"""Whether intervals hold where the truth is known: back-tests on systems known in full, and ranks of simulated truths.

Start at `calibration.plan`; `backtest.backtest` for one system.
"""
