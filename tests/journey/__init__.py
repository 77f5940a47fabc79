"""The whole platform, every service and event in it."""
