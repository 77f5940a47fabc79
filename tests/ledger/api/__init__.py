"""The ledger's own API, over HTTP."""
