"""Pure rules of the assessment service: standard library only, no I/O, no clock."""
