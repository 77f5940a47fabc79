"""What the services say to one another: events, ids and shared codes. Needs pydantic alone."""
