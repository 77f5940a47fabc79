"""The statutory extract's data and files."""
