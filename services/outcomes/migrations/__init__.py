"""Schema history of this service."""
