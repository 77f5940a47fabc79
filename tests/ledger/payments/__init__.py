"""Payments: what is due, who may say so, what the bank answered."""
