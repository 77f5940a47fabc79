"""Where the example service has its head; its tables are made at once."""
