"""Tests of the funding streams' rules: published and derived cases, properties, and behaviour told by name.

The cases under ``cases/`` are worked examples with their source; the other modules say what must hold for every person.
"""
