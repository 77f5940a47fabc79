"""The page of threats rests on tests that exist, and looks at every service from all six sides."""

import ast
import re
from functools import cache

import pytest

from braid.command_line.services import SERVICES

from .inventory import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[\w/.]+\.py)::(\w+)`", PAGE)))
PARTS = ("gateway", *SERVICES, "operations")


@cache
def names_in(path: str) -> frozenset[str]:
    """Names of a file's tests, those in classes too."""
    tree = ast.parse((ROOT / path).read_text())
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(function.name for function in functions if function.name.startswith("test_"))


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_a_test_that_answers_a_threat_exists(path: str, name: str) -> None:
    assert name in names_in(path)


def threats(part: str) -> list[list[str]]:
    """Rows of a part's table: the side, the threat, the answer, its tests."""
    _, _, rest = PAGE.partition(f"\n## {part}\n")
    rows = [line for line in rest.partition("\n## ")[0].splitlines() if re.match(r"\| [STRIDE] \|", line)]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


@pytest.mark.parametrize("part", PARTS)
def test_each_part_is_looked_at_from_every_side_and_every_threat_is_answered(part: str) -> None:
    rows = threats(part)

    assert {row[0] for row in rows} == set("STRIDE")
    for row in rows:
        assert len(row) == 4, row
        assert re.search(r"`tests/[\w/.]+\.py::\w+`", row[3]), row[1]
