"""Whole populations as columns: their shape, their files, and a synthetic one. No service imports this."""
