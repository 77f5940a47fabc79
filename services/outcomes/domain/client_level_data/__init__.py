"""The statutory extract: one row an event, of adult social care alone, checked before it is sent."""
