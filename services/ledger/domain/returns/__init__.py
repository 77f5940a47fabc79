"""What a council tells others of its budgets: returns to funders, trial balance, aged commitments, and exports."""
