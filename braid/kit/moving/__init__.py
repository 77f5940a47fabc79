"""One council's rows of one service, moved to another installation or kept as an archive (decision 23)."""
