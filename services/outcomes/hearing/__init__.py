"""What the service hears of journeys, a file a subject: each event becomes what is kept of it, as it was told."""
