"""Suites that nobody runs who does not name them: what they take is not on every machine, or it takes long."""

from pathlib import Path

import pytest


def left_out_unless_named(config: pytest.Config, folder: Path) -> bool | None:
    """What `pytest_ignore_collect` answers for a suite's folder."""
    named = [config.invocation_params.dir / argument.partition("::")[0] for argument in config.args]
    return None if any(path.resolve().is_relative_to(folder) for path in named) else True
