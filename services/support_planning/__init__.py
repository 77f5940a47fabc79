"""Support plans, their approval, how the money is held, reviews, and where a person's budget has got to."""
