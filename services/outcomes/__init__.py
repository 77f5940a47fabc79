"""Outcomes: whether budgets work, for whom, at what cost; and the statutory extract from the same records."""
