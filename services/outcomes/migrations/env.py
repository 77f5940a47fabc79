"""Alembic's entry point for this service's history."""

from braid.kit.migrations import run_migrations
from services.outcomes.tables import metadata

run_migrations(metadata)
