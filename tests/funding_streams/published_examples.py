"""How many published worked examples are reproduced to the penny, as the README says it.

``python -m tests.funding_streams.published_examples`` prints the line; with ``--write`` it mends the README.
"""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from .checks import all_checks

CASES = Path(__file__).parent / "cases"
README = Path(__file__).parent.parent.parent / "README.md"
LINE = re.compile(r"\*\*\d+ of \d+ published worked examples\*\* are reproduced to the penny")


def published_rows() -> list[dict[str, Any]]:
    """Return every row of the case files whose inputs and result were read in a public source."""
    rows = [row for path in sorted(CASES.glob("*.yaml")) for row in yaml.safe_load(path.read_text(encoding="utf-8"))]
    return [row for row in rows if row["kind"] == "published"]


def is_argued_against(row: dict[str, Any]) -> bool:
    """Whether the row expects something else than was published, and says so."""
    return isinstance(row["expected"], dict) and "published" in row["expected"]


def published_examples() -> tuple[int, int]:
    """Return how many published examples are reproduced, and how many the case files hold.

    An example is a row of the case list by its number; one with several parts is reproduced where all of them are.
    """
    checks, right = all_checks(), dict[object, bool]()
    for row in published_rows():
        right[row["row"]] = right.get(row["row"], True) and _is_reproduced(checks[row["check"]], row)
    return sum(right.values()), len(right)


def line() -> str:
    """Return what the README must say."""
    reproduced, there_are = published_examples()
    return f"**{reproduced} of {there_are} published worked examples** are reproduced to the penny"


def _is_reproduced(check: Callable[[dict[str, Any]], None], row: dict[str, Any]) -> bool:
    """Whether the row's check passes for what was published, and not for what we hold against it."""
    if is_argued_against(row):
        return False
    try:
        check(row)
    except AssertionError:
        return False
    return True


if __name__ == "__main__":
    print(line())
    if "--write" in sys.argv:
        README.write_text(LINE.sub(line(), README.read_text(encoding="utf-8")), encoding="utf-8")
