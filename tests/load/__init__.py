"""A model of what councils do in a working hour, done through the gateway; and how its cost grows with budgets."""
