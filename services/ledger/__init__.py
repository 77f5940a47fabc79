"""Budgets, ring-fenced funds and the double-entry journal."""
