"""The one public door: identity, routing, composed reads and the console."""
