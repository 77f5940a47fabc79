"""Webhooks: who is told, how it is signed, where it may go, and that nothing is lost on the way."""
