"""How a job ended, as its process tells the service: a line of JSON, then the files one behind the other."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Answer:
    """How a job ended: results, with files by name; or a problem."""

    results: Mapping[str, Any] | None
    problem: Mapping[str, Any] | None
    files: Mapping[str, bytes] = field(default_factory=dict)

    def written(self) -> bytes:
        """As the service reads it."""
        sizes = {name: len(content) for name, content in self.files.items()}
        head = {"results": self.results, "problem": self.problem, "files": sizes}
        return json.dumps(head).encode() + b"\n" + b"".join(self.files.values())

    @classmethod
    def read(cls, written: bytes) -> "Answer":
        """From what was written.

        Raises:
            ValueError: it is not whole.
        """
        head, rest = written.split(b"\n", maxsplit=1)
        told = json.loads(head)
        files, begins = {}, 0
        for name, size in told["files"].items():
            files[name] = rest[begins : begins + size]
            begins += size
        if begins != len(rest):
            raise ValueError(f"{begins} bytes were told of, and there are {len(rest)}")
        return cls(told["results"], told["problem"], files)


def problem(type_: str, title: str, detail: str, errors: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """Why a job has no results, as it is stored and told."""
    return {"type": type_, "title": title, "detail": detail, "errors": errors or []}
