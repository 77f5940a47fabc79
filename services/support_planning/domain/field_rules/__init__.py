"""The field's own rules over a plan, beside what the money may pay for: each gives findings with its source."""
