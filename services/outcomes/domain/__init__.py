"""The rules of outcomes: standard library alone."""
