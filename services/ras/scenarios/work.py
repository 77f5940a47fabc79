"""The process that works one scenario out: ``python -m services.ras.scenarios.work``; see `asked` for what it speaks.

It has no database, no settings and no network: people in, results out. It is the one part of the service that imports
the analysis packages, and its memory goes back when it ends.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any

from braid.kit.jobs.answer import Answer, problem
from braid.kit.jobs.worker import Progress, work
from services.ras.domain.errors import DomainError
from services.ras.domain.points import NO_HELP
from services.ras.scenarios.asked import Asked, PeopleForm
from services.ras.scenarios.questions import question_of

#: More people than this are tried with `braid ras simulate`, on a machine of its own.
PEOPLE_MOST = 100_000
FAULTS_TOLD = 100
ROWS_AT_ONCE = 20_000
MINUTES, DAYS = "specialist_minutes_", "days_"


def worked_out(written: bytes, progress: Progress) -> Answer:
    """Work a scenario out, or say what is wrong with what was asked.

    Args:
        written: `services.ras.scenarios.asked.Asked`.
        progress: told how many people of how many are done.
    """
    from services.ras.population.people_files import PeopleRefused
    from services.ras.simulation.scenario import NothingToCompare
    from services.ras.simulation.scoring import NotInTheTable

    try:
        return _answer(Asked.read(written), progress)
    except (PeopleRefused, NotInTheTable) as error:
        errors = [
            {"row": fault.row, "column": fault.column, "message": fault.reason} for fault in error.faults[:FAULTS_TOLD]
        ]
        told = f"{len(error.faults):,} faults; {len(errors)} are listed. Row 1 has the names of the columns."
        return Answer(None, problem("people-refused", "The people cannot be used", told, errors))
    except (DomainError, NothingToCompare) as error:
        return Answer(None, problem("scenario-refused", "The scenario cannot be worked out", str(error)))
    except MemoryError:
        told = f"At most {PEOPLE_MOST:,} people are worked out here; braid ras simulate takes more."
        return Answer(None, problem("too-large", "The scenario needs too much memory", told))


def _answer(asked: Asked, progress: Progress) -> Answer:
    from services.ras.simulation.results import as_data, by_person
    from services.ras.simulation.scenario import simulate

    people = _people(asked)
    done = Counter[str]()

    def more(count: int) -> None:
        done["people"] += count
        progress(done["people"], len(people))

    progress(0, len(people))
    scenario = simulate(people, question_of(asked.question), more, rows_at_once=ROWS_AT_ONCE)
    rows, parquet = by_person(people, scenario), BytesIO()
    rows.write_parquet(parquet, metadata={"synthetic": "yes" if people.synthetic else "no"})
    files = {"people.csv": rows.write_csv().encode(), "people.parquet": parquet.getvalue()}
    return Answer(as_data(people, scenario), None, files)


def _people(asked: Asked) -> Any:
    from services.ras.population import people_files

    if asked.form is PeopleForm.CSV:
        return people_files.people_of_csv(asked.people, rows_most=PEOPLE_MOST)
    if asked.form is PeopleForm.PARQUET:
        return people_files.people_of_parquet(asked.people, rows_most=PEOPLE_MOST)
    rows = json.loads(asked.people)
    return people_files.people_of_rows(rows if asked.form is PeopleForm.ROWS else _stored(rows))


def _stored(people: Iterable[Mapping[str, Any]]) -> list[dict[str, str | int]]:
    """Stored people as rows of a file: what somebody's need does not name, they do not have."""
    rows = [_row(one) for one in people]
    nothing = {column: _nothing(column) for row in rows for column in row}
    return [nothing | row for row in rows]


def _nothing(column: str) -> str | int:
    if column.startswith("help_"):
        return NO_HELP
    return 0 if column.startswith((MINUTES, DAYS)) else ""


def _row(stored: Mapping[str, Any]) -> dict[str, str | int]:
    """One person's stored need as a row of a file."""
    need = stored["need"]
    willing = {True: "yes", False: "no", None: "not_asked"}[need["willing_and_able"]]
    return {
        "person": stored["person"],
        "user_group": stored["user_group"],
        "pence_per_year": stored["pence_per_year"],
        "reassessed": "yes" if stored["reassessed"] else "no",
        "willing_and_able": willing,
        **{f"answer_{question}": ";".join(codes) for question, codes in need["answers"].items()},
        **{f"help_{domain}": given for domain, given in need["informal_help"].items()},
        **{
            f"{kind}_day_answer_{question}": ";".join(codes)
            for kind, told in need.get("answers_by_day", {}).items()
            # Told to be as on a usual day is told too: then no multiplier stands for it.
            for question, codes in (told or need["answers"]).items()
        },
        **_summed(MINUTES, "code", "minutes_per_day", need["specialist_support"]),
        **_summed(DAYS, "kind", "days_per_week", need["day_profiles"]),
    }


def _summed(prefix: str, name: str, number: str, entries: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    found = Counter[str]()
    for entry in entries:
        found[prefix + entry[name]] += entry[number]
    return dict(found)


if __name__ == "__main__":
    work(worked_out)
