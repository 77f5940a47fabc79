"""Spending as a service: lines taken in once, spends posted, queries asked and answered, alerts raised."""
