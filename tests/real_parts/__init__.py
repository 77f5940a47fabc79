"""The real servers that integration tests run against, started from their own archives."""
