"""Reads every case in ``cases`` and works it out: published figures, arithmetic on them, synthetic ones."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ras.checks import allocation, american, settlement

Given = Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """One case; ``of_class`` is P, D or S."""

    case_id: str
    of_class: str
    source: str
    rule: str
    kind: str
    given: Given
    expect: Given


def _cases() -> list[Case]:
    files = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
    entries = [entry for file in files for entry in yaml.safe_load(file.read_text())]
    return [
        Case(
            entry["id"], entry["class"], entry["source"], entry["rule"], entry["kind"], entry["given"], entry["expect"]
        )
        for entry in entries
    ]


WORKED_OUT: Mapping[str, Callable[[Given], Given]] = {**allocation.KINDS, **american.KINDS, **settlement.KINDS}


@pytest.mark.parametrize("case", _cases(), ids=lambda case: f"{case.case_id} ({case.of_class})")
def test_the_case_comes_out_as_its_source_says(case: Case) -> None:
    outcome = WORKED_OUT[case.kind](case.given)

    assert {name: outcome[name] for name in case.expect} == case.expect, case.rule


def test_every_case_says_what_kind_of_truth_it_is() -> None:
    assert {case.of_class for case in _cases()} == {"P", "D", "S"}
    assert all(case.source and case.rule for case in _cases())
