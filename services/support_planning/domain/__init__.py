"""Pure rules of the support_planning service: standard library only, no I/O, no clock."""
