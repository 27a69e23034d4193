"""Which judgement matters: moved alone, as shares of variance, by power-scaling, and where claims tip.

Start at `sensitivity`; `case_challenge` for a case folder.
"""
