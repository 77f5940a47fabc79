"""The technical kit that every service is built on; it knows nothing of social care."""
