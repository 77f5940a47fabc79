"""Tests of the shared technical kit."""
