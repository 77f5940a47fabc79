"""How far something is that is worked out in a process of its own, as pages tell it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.console import wording
from gateway.console.scenario_view import STATUSES

Told = Mapping[str, Any]


@dataclass(frozen=True)
class Job:
    """How far it is.

    Args:
        percent: of it that is done.
        fault: why there are no results; empty otherwise.
        faults: each thing that is wrong with what was given.
    """

    status: str
    status_text: str
    colour: str
    percent: int
    fault: str
    faults: tuple[str, ...]

    @property
    def is_under_way(self) -> bool:
        """Whether its results are still to come."""
        return self.status in ("waiting", "running")


def job_of(told: Told) -> Job:
    """A job as a page shows it."""
    words, colour = STATUSES[told["status"]]
    problem = told.get("problem")
    return Job(
        told["status"],
        words,
        colour,
        int(100 * told["progress"]),
        fault=f"{problem['title']}. {wording.told(problem['detail'] or '')}" if problem else "",
        faults=tuple(_fault(each) for each in problem["errors"]) if problem else (),
    )


def _fault(each: Told) -> str:
    where = f"Row {each['row']}, " if each["row"] is not None else ""
    return f"{where}{each['column']}: {each['message']}"
