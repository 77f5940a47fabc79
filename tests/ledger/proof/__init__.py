"""Tries to break the ledger: by chance, all at once, by killing it, by raw SQL and by forging what is stored."""
