"""Case rows of whole populations, as their files tell them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "cases" / "whole_population"

Row = Mapping[str, Any]


def rows(name: str) -> list[Row]:
    found: list[Row] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text())
    return found
