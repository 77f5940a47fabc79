"""Pure rules of the funding_streams service: standard library only, no I/O, no clock."""
