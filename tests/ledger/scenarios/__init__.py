"""Stories of other ledgers, told over a model, the posting function and the API."""
