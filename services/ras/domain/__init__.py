"""Pure rules of the ras service: standard library only, no I/O, no clock."""
