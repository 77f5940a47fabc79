"""Tests of spending: what is matched, attributed and asked."""
