"""Another table, other prices or a protection rule over a whole population, to the penny. No service imports this."""
