"""Braiding: which money may pay for what, and why not."""
