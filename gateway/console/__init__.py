"""The console: server-rendered pages over the same reads that the API gives."""
