"""Run the command line as ``python -m braid``."""

from braid.command_line.main import app

app()
