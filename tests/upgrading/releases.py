"""Releases that are yet to come: this tree with one more migration, whose commands run beside those of this one."""

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
_CODE = ("braid", "services", "gateway")
_MIGRATION = '''"""A migration of a release that is yet to come.

Revision ID: {revision}
Revises: {below}
"""

from alembic import op

revision = "{revision}"
down_revision = "{below}"
{oldest_code}branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("{change}")


def downgrade() -> None:
    op.execute("{undo}")
'''


@dataclass(frozen=True)
class Release:
    """A tree that commands can run from.

    Args:
        tree: its folder.
    """

    tree: Path = REPOSITORY

    def head(self, service: str) -> str:
        """The migration that its code of a service is written for."""
        return (self._migrations(service) / "HEAD").read_text().strip()

    def next(self, folder: Path, service: str, change: str, *, undo: str, oldest_code: str | None) -> "Release":
        """The release after this one.

        Args:
            folder: a new one, for its tree.
            service: whose database it changes.
            change, undo: what its migration does.
            oldest_code: what its migration states.
        """
        for package in _CODE:
            shutil.copytree(self.tree / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
        release, below = Release(folder), self.head(service)
        revision = f"{int(below) + 1:04}"
        stated = f'oldest_code = "{oldest_code}"\n' if oldest_code else ""
        text = _MIGRATION.format(revision=revision, below=below, oldest_code=stated, change=change, undo=undo)
        (release._migrations(service) / "versions" / f"{revision}_of_a_release_to_come.py").write_text(text)
        (release._migrations(service) / "HEAD").write_text(f"{revision}\n")
        return release

    def run(self, command: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """Run one of its commands to its end."""
        return subprocess.run(
            [sys.executable, "-m", "braid", *command.split()],
            cwd=self.tree,
            env=dict(environment),
            capture_output=True,
            text=True,
            check=False,
        )

    def _migrations(self, service: str) -> Path:
        return self.tree / "services" / re.sub(r"\W", "_", service) / "migrations"
