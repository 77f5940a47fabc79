"""Every row that the ledger was asked to fulfil is claimed by a test that exists, and no test claims another."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from braid.kit.strict_yaml import read_yaml

FOLDER = Path(__file__).parent
CASES = FOLDER / "cases"
LIST: dict[str, Any] = read_yaml((CASES / "rows.yaml").read_text())
_ROW = re.compile(r"\bL[1-9][0-9]?\b")
#: "L2 to L6" names those between as well.
_SPAN = re.compile(r"\bL([0-9]+) to L([0-9]+)\b")


def claims() -> Iterator[tuple[str, str]]:
    """Row and who claims it: tests by their docstring or their module's, and rows of the case files that tests play."""
    for file in sorted(FOLDER.rglob("test_*.py")):
        tree = ast.parse(file.read_text())
        tests = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        tests = [node for node in tests if node.name.startswith("test_")]
        for node in (tree, *tests) if tests else ():
            name = f"{file.name}::{getattr(node, 'name', 'all')}"
            for row in _rows_in(ast.get_docstring(node) or ""):
                yield row, name
    for file in sorted(CASES.glob("*.yaml")):
        for case in read_yaml(file.read_text()) if file.name != "rows.yaml" else ():
            for row in _rows_in(str(case.get("row", ""))):
                yield row, file.name


def _rows_in(words: str) -> set[str]:
    between = {f"L{row}" for first, last in _SPAN.findall(words) for row in range(int(first), int(last) + 1)}
    return set(_ROW.findall(words)) | between


def claimed() -> dict[str, set[str]]:
    by_row: dict[str, set[str]] = defaultdict(set)
    for row, by in claims():
        by_row[row].add(by)
    return by_row


def test_every_row_is_claimed_by_a_test_that_exists() -> None:
    assert set(claimed()) == set(LIST["rows"]) == {f"L{number}" for number in range(1, 36)}


def test_every_story_of_another_ledger_is_played() -> None:
    told = [case["row"] for case in read_yaml((CASES / "ledger.yaml").read_text())]

    assert sorted(told) == sorted(set(LIST["stories"]))
    assert len(told) == 29


def test_every_case_file_is_read_by_a_test() -> None:
    sources = [file.read_text() for file in FOLDER.rglob("*.py") if file.name != Path(__file__).name]
    unread = [file.name for file in CASES.glob("*.yaml") if not any(file.name in source for source in sources)]

    assert unread == ["rows.yaml"]
