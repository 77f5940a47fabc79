"""What the person spends: matched to the plan, attributed to funds, and asked about only where it does not fit."""
