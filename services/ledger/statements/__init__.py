"""Statements, returns and exports: read from the journal, written as pages, PDF, CSV and text."""
