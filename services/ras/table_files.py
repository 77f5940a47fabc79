"""Reads allocation tables from their files, strictly, and finds the one in force for a council, group and date."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import ValidationError

from braid.kit.strict_yaml import read_yaml
from services.ras.domain.allocation import AllocationTable
from services.ras.domain.errors import NoTableInForce, TableNotSound
from services.ras.table_building import built
from services.ras.table_checks import reasons_against
from services.ras.table_entries import QuestionnaireFile, Strict, TableFile

PARAMETERS = Path(__file__).parent / "parameters"
EVERYBODY = "all"

#: Why an unknown key is never passed over. A council's matrix once multiplied need by the number of beds it had left.
UNKNOWN_KEY = (
    "is not known here. Answers, the help that carers are willing to give, and prices may move a person's sum; nothing"
    " else may, and least of all what is left to hand out: supply, beds or vacancies are never an input (Local"
    " Government and Social Care Ombudsman, Wiltshire 2018)"
)


class TableRefused(Exception):
    """An allocation table's file is not sound, was changed after its release, or was never released."""

    def __init__(self, file: str, reasons: Iterable[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(f"{file}: {'; '.join(self.reasons)}")


FileT = TypeVar("FileT", bound=Strict)


@dataclass(frozen=True)
class AllocationTables:
    """Every released allocation table.

    Raises:
        TableRefused: two tables of a council and group begin on the same day.
    """

    tables: tuple[AllocationTable, ...]

    def __post_init__(self) -> None:
        starts = [(table.council, table.user_group, table.in_force_from) for table in self.tables]
        for council, group, start in sorted({start for start in starts if starts.count(start) > 1}):
            raise TableRefused(council, [f"two tables for {group} begin on {start}"])

    def in_force(self, council: str, user_group: str, on: date) -> AllocationTable:
        """Find the table that applies: one for the user group where the council has any, else its table for everybody.

        Raises:
            NoTableInForce: the date is before the first table or after the last one ended.
        """
        for group in (user_group, EVERYBODY):
            begun = [table for table in self.tables if (table.council, table.user_group) == (council, group)]
            begun = [table for table in begun if table.in_force_from <= on]
            latest = max(begun, key=lambda table: table.in_force_from, default=None)
            if latest is not None and (latest.in_force_to is None or on <= latest.in_force_to):
                return latest
        raise NoTableInForce(f"council {council} has no allocation table for {user_group} on {on}")

    def released(self, table_id: str, version: int) -> AllocationTable:
        """Find a released version, whatever the day: what was worked out with it can be worked out again.

        Raises:
            NoTableInForce: there is no such version.
        """
        for table in self.tables:
            if (table.table_id, table.version) == (table_id, version):
                return table
        raise NoTableInForce(f"no released allocation table {table_id} version {version}")


def released_tables(folder: Path = PARAMETERS) -> AllocationTables:
    """Load every released allocation table.

    Raises:
        TableRefused: a file was changed after its release, or is not sound.
    """
    released: Mapping[str, str] = json.loads((folder / "released.json").read_text())
    texts = {name: _unchanged(folder, name, digest) for name, digest in released.items()}
    tables = []
    for name in (name for name in texts if name.startswith("allocation_tables/")):
        tables.append(read_table(texts[name], texts, name))
    return AllocationTables(tuple(tables))


def read_table(text: str, questionnaires: Mapping[str, str], name: str) -> AllocationTable:
    """Read and check an allocation table.

    Args:
        text: the YAML.
        questionnaires: YAML by path (``questionnaires/<id>/<version>.yaml``): the questions that tables may score. A
            table scores every version that asks about needs as the version that it names does.
        name: what to call the file in a refusal.

    Raises:
        TableRefused: with every reason that was found.
    """
    entry = _parsed(TableFile, text, name)
    path = f"questionnaires/{entry.questionnaire.id}/{entry.questionnaire.version}.yaml"
    if path not in questionnaires:
        raise TableRefused(name, [f"scores the questionnaire {path}, which is not there"])
    asked = _parsed(QuestionnaireFile, questionnaires[path], path)
    if reasons := list(reasons_against(entry, asked)):
        raise TableRefused(name, reasons)
    try:
        return built(entry, asked, _versions_that_ask_the_same(asked, questionnaires))
    except TableNotSound as error:
        raise TableRefused(name, error.reasons) from error


def _unchanged(folder: Path, name: str, digest: str) -> str:
    content = (folder / name).read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        raise TableRefused(name, ["a released version never changes; make a new version beside it"])
    return content.decode()


def _parsed(kind: type[FileT], text: str, name: str) -> FileT:
    try:
        return kind.model_validate(read_yaml(text))
    except yaml.YAMLError as error:
        raise TableRefused(name, [str(error)]) from error
    except ValidationError as error:
        reasons = [_told(fault["type"], fault["loc"], fault["msg"]) for fault in error.errors()]
        raise TableRefused(name, reasons) from error


def _told(fault: str, place: tuple[int | str, ...], message: str) -> str:
    where = ".".join(str(step) for step in place)
    return f"{where!r} {UNKNOWN_KEY}" if fault == "extra_forbidden" else f"{where}: {message}"


def _versions_that_ask_the_same(asked: QuestionnaireFile, questionnaires: Mapping[str, str]) -> frozenset[int]:
    """Return every version of a questionnaire whose questions about needs are, word for word, those of this one."""
    folder = f"questionnaires/{asked.id}/"
    versions = [
        _parsed(QuestionnaireFile, questionnaires[path], path) for path in questionnaires if path.startswith(folder)
    ]
    return frozenset(
        other.version for other in versions if other.model_copy(update={"version": asked.version}) == asked
    )
