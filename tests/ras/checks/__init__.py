"""How each kind of case row is worked out."""
