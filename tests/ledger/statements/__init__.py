"""Tests of statements, returns and exports."""
