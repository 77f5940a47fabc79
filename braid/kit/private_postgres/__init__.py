"""A private PostgreSQL for a machine that has Python and nothing else."""

from braid.kit.private_postgres.account import state_directory
from braid.kit.private_postgres.binaries import find_binaries
from braid.kit.private_postgres.errors import (
    AlreadyRunning,
    PostgresNotFound,
    PrivatePostgresError,
    StartFailed,
    UnusableDirectory,
)
from braid.kit.private_postgres.server import PrivatePostgres

__all__ = [
    "AlreadyRunning",
    "PostgresNotFound",
    "PrivatePostgres",
    "PrivatePostgresError",
    "StartFailed",
    "UnusableDirectory",
    "find_binaries",
    "state_directory",
]
