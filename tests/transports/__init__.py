"""The transports, held to one contract."""
