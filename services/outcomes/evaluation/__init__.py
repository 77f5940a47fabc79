"""Whether budgets work, for whom, at what cost: needs the extra `analysis`."""
