"""Watching a budget lightly: planned against actual, a forecast, and alerts to a person; it stops nothing."""
