"""One folder a funding stream: its rules, its dated and cited figures, what its money may be used for."""
