"""Databases lost and restored to a moment, and consumers set back to it."""
