"""Support planning."""
