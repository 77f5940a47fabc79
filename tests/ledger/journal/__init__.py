"""The journal: what may be posted, in which order of refusals, and what can be asked of it."""
