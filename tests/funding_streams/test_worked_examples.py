"""Every worked example under ``cases/``, each by its row number and kind."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from .checks import all_checks

CASES = Path(__file__).parent / "cases"
KINDS = {"published", "derived", "derived-M", "conflict"}
CHECKS = all_checks()


def _rows() -> list[dict[str, Any]]:
    return [row for path in sorted(CASES.glob("*.yaml")) for row in yaml.safe_load(path.read_text(encoding="utf-8"))]


def _id(row: dict[str, Any]) -> str:
    part = f" {row['part']}" if "part" in row else ""
    return f"row {row['row']}{part} ({row['kind']})"


@pytest.mark.parametrize("row", _rows(), ids=_id)
def test_worked_example(row: dict[str, Any]) -> None:
    CHECKS[row["check"]](row)


def test_every_worked_example_has_a_kind_with_its_source() -> None:
    assert [row["row"] for row in _rows() if row["kind"] not in KINDS or not row["source"]] == []
