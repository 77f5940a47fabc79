"""Reports that a council reads about its budgets: tables with their warnings, from records alone."""
