"""A release beside the one before it: what a migration may change, and what old and new processes do meanwhile."""
