"""What is handed to the process that works a scenario out, and what it hands back: lines of JSON and bytes.

On its standard input: one line of JSON, then the people. On its standard error: one line of JSON for each step. On its
standard output, at the end: one line of JSON, then the people with their results as CSV, then as Parquet.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class PeopleForm(StrEnum):
    """In what form people were given."""

    CSV = "csv"
    PARQUET = "parquet"
    ROWS = "rows"
    STORED = "stored"


@dataclass(frozen=True)
class Asked:
    """A scenario to work out.

    Args:
        question: table, table to compare with, prices, protection and budget, as they are stored.
        people: bytes in that form; rows and stored people as JSON.
    """

    question: Mapping[str, Any]
    form: PeopleForm
    people: bytes

    def written(self) -> bytes:
        """As the process reads it."""
        return json.dumps({"question": self.question, "form": self.form}).encode() + b"\n" + self.people

    @classmethod
    def read(cls, written: bytes) -> "Asked":
        """From what was written."""
        head, people = written.split(b"\n", maxsplit=1)
        told = json.loads(head)
        return cls(told["question"], PeopleForm(told["form"]), people)


@dataclass(frozen=True)
class Answer:
    """How a scenario ended: results with a file for people in each form, or a problem."""

    results: Mapping[str, Any] | None
    problem: Mapping[str, Any] | None
    csv: bytes = b""
    parquet: bytes = b""

    def written(self) -> bytes:
        """As the service reads it."""
        head = {"results": self.results, "problem": self.problem, "csv": len(self.csv)}
        return json.dumps(head).encode() + b"\n" + self.csv + self.parquet

    @classmethod
    def read(cls, written: bytes) -> "Answer":
        """From what was written.

        Raises:
            ValueError: it is not whole.
        """
        head, files = written.split(b"\n", maxsplit=1)
        told = json.loads(head)
        return cls(told["results"], told["problem"], files[: told["csv"]], files[told["csv"] :])


def problem(type_: str, title: str, detail: str, errors: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """Why a scenario has no results, as it is stored and told."""
    return {"type": type_, "title": title, "detail": detail, "errors": errors or []}
