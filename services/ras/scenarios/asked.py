"""What is handed to the process that works a scenario out: one line of JSON, then the people."""

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
