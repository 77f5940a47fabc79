"""Rules of law and figures that plans are held to, by day, each with its source."""
