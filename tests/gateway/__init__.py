"""The gateway and its identity."""
