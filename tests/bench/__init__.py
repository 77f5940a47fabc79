"""Benchmarks: the measured promises, as ratios taken in one run. Run them with ``make bench``."""
