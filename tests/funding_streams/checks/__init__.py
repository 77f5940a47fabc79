"""What a row of the case files runs, by the name of its ``check``: each module here offers some in ``CHECKS``."""

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from typing import Any


def all_checks() -> dict[str, Callable[[dict[str, Any]], None]]:
    """Every check of every module.

    Raises:
        ValueError: two modules offer a check of the same name.
    """
    found: dict[str, Callable[[dict[str, Any]], None]] = {}
    for module in iter_modules(__path__):
        for name, check in import_module(f"{__name__}.{module.name}").CHECKS.items():
            if name in found:
                raise ValueError(f"two modules offer the check {name}")
            found[name] = check
    return found
