"""The process that makes one return: ``python -m services.outcomes.jobs.return_work``.

It has no database, no settings and no network: records in, rows and faults by person out.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from braid.kit.jobs.answer import Answer
from braid.kit.jobs.worker import Progress, work
from services.outcomes.client_level_data.specification_files import release_2
from services.outcomes.domain.client_level_data.council_return import CouncilReturn, PersonsRows, council_return
from services.outcomes.domain.client_level_data.rows import Row
from services.outcomes.domain.client_level_data.specification import Specification
from services.outcomes.jobs.return_records import ReturnAsked

PEOPLE = "people.jsonl"
NO_EVENT_TELLS = "Nothing that is told here says it; it is blank in every row."


def worked_out(written: bytes, progress: Progress) -> Answer:
    """Make a return and check it.

    Args:
        written: `ReturnAsked`.
        progress: told how many people of how many are read.
    """
    asked = ReturnAsked.read(written)
    specification = release_2()
    period = specification.period_ending(asked.quarter_ends_on)
    of_all = asked.people.count(b"\n")
    returns = _counted(asked.returns(), of_all, progress)
    made = council_return(specification, asked.la_code, period, returns)
    results = {
        "as_of": asked.as_of,
        "period": {"starts_on": period.starts_on.isoformat(), "ends_on": period.ends_on.isoformat()},
        **_results(made, specification),
    }
    names = [one.name for one in specification.fields]
    return Answer(results, None, {PEOPLE: b"".join(_line(one, names) for one in made.people)})


def _counted(returns: Iterable[Any], of_all: int, progress: Progress) -> Iterator[Any]:
    progress(0, of_all)
    for number, one in enumerate(returns, 1):
        yield one
        if not number % 500:
            progress(number, of_all)


def _results(made: CouncilReturn, specification: Specification) -> dict[str, Any]:
    events = Counter(row["Event_Type"] for person in made.people for row in person.rows)
    return {
        "people": len(made.people),
        "rows": made.checked.rows,
        "faults": len(made.checked.faults),
        "may_be_sent": made.checked.may_be_sent,
        "events": dict(sorted(events.items())),
        "fields": [
            {
                "field": one.name,
                "module": one.module,
                "asked_is_confirmed": one.is_confirmed,
                "counts": {validity.value: count for validity, count in made.checked.counts[one.name].items() if count},
            }
            for one in specification.fields
        ],
        "never_told": [{"field": name, "why": NO_EVENT_TELLS} for name in made.never_told],
        "left_out": [{"why": why, "people": count} for why, count in sorted(made.left_out.items())],
    }


def _line(one: PersonsRows, names: list[str]) -> bytes:
    faults = [
        {"row": each.row, "field": each.field, "check": each.validity.value, "reason": each.reason}
        for each in one.faults
    ]
    told = {"person_id": one.person_id, "rows": len(one.rows), "lines": as_lines(one.rows, names), "faults": faults}
    return json.dumps(told).encode() + b"\n"


def as_lines(rows: Iterable[Row], names: list[str]) -> str:
    """Rows as lines of the file."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerows([row[name] for name in names] for row in rows)
    return target.getvalue()


def numbered_faults(people: Iterable[Mapping[str, Any]]) -> Iterator[tuple[int, str, str, str]]:
    """Every fault of a file with its row, the first after the names being 1: row, field, check and reason.

    Args:
        people: as the lines of `PEOPLE` tell them, in the file's order.
    """
    before = 0
    for one in people:
        for fault in one["faults"]:
            yield before + fault["row"], fault["field"], fault["check"], fault["reason"]
        before += one["rows"]


if __name__ == "__main__":
    work(worked_out)
