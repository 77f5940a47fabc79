"""What a person is told of their budget: what there was, what happened in plain words, and what there is."""
