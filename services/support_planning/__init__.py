"""Where a person's budget has got to, and later the support plan."""
