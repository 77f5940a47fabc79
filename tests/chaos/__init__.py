"""The platform as in production, under load, while things break: what was accepted is there once, and all is whole."""
