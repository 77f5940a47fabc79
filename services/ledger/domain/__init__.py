"""Pure rules of the ledger service: standard library only, no I/O, no clock."""
