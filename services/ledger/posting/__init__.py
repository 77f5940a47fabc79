"""Posting: entries turned into the columns that the database's posting function takes, and its answers back."""
