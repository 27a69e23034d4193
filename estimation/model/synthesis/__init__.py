"""Other sources as likelihoods: what each would have said in each draw, and the weights that follow.

Start at `other_sources.Likelihood`.
"""
