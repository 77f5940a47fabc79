"""Fits an allocation table to past people, judges every way of doing it alike, and writes the one that is chosen."""
