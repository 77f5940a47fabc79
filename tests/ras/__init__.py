"""Tests of the resource allocation system: published cases, synthetic cases, and properties of every table."""
