"""What each funding stream's own law says about one person's facts."""
