"""Payments over the database: what is due, runs and their files, what the bank answered, what is asked back."""
