"""Known facts: the checked tables, the register of judgements, populations and published figures."""
