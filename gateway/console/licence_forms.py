"""The form of a council's licences of an instrument, and the file of its words, as the outcomes service takes them."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gateway.console import wording
from gateway.console.forms import Fault, Form, Given, day_of, filled

Told = Mapping[str, Any]
#: Licences that a statement can have, as many as the service takes.
LICENCES_MOST = 50
REASON_MOST, REFERENCE_MOST, WORDS_MOST = 2_000, 200, 2_000
#: The file of words, in bytes.
FILE_BYTES_MAX = 300_000
KEEP, FILE, NONE = "keep", "file", "none"
COLUMNS = ("version", "question", "level", "words")
_ROW = ("reference", "from_day", "to_day")


def row_fields(number: int) -> tuple[str, str, str]:
    """The fields of a licence in the form: its reference, its first and its last day."""
    reference, from_day, to_day = (f"{name}-{number}" for name in _ROW)
    return reference, from_day, to_day


def statement_filled(told: Told, etag: str) -> Form:
    """What the council states now as the fields of the form."""
    values = {f"{name}-{number}": one[name] or "" for number, one in enumerate(told["licences"]) for name in _ROW}
    new = filled(words=KEEP if told["wordings"] else NONE, **values)
    return Form(new.given, (), etag)


def rows_of(given: Given) -> range:
    """Which licences the form shows: those that are filled in, and one more."""
    filled_in = [number for number in range(LICENCES_MOST) if any(given[each] for each in row_fields(number))]
    return range(min(max(filled_in, default=-1) + 2, LICENCES_MOST))


def statement_asked(given: Given, content: bytes, told: Told) -> tuple[Told, tuple[Fault, ...]]:
    """What is stated, and what of the form cannot be read.

    Args:
        content: of the file of words; empty where none was chosen.
        told: what the council states now.
    """
    faults: list[Fault] = []
    licences = [_licence(given, number, faults) for number in rows_of(given) if _is_filled_in(given, number)]
    wordings = _wordings(given, content, told, faults)
    if not given["reason"]:
        faults.append(Fault("reason", "Enter why you state it"))
    elif len(given["reason"]) > REASON_MOST:
        faults.append(Fault("reason", f"The reason must be {REASON_MOST:,} characters or fewer"))
    return {"licences": licences, "wordings": wordings, "reason": given["reason"]}, tuple(faults)


def _is_filled_in(given: Given, number: int) -> bool:
    return any(given[each] for each in row_fields(number))


def _licence(given: Given, number: int, faults: list[Fault]) -> Told:
    reference, from_day, to_day = row_fields(number)
    if not given[reference] or len(given[reference]) > REFERENCE_MOST:
        faults.append(Fault(reference, f"Enter the licence’s reference, {REFERENCE_MOST} characters or fewer"))
    if day_of(given[from_day]) is None:
        faults.append(Fault(from_day, "Enter the first day of the licence"))
    if given[to_day] and day_of(given[to_day]) is None:
        faults.append(Fault(to_day, "Enter the last day of the licence, or leave it empty"))
    return {"reference": given[reference], "from_day": given[from_day], "to_day": given[to_day] or None}


def _wordings(given: Given, content: bytes, told: Told, faults: list[Fault]) -> Sequence[Told]:
    if given["words"] == KEEP and told["wordings"]:
        kept: Sequence[Told] = told["wordings"]
        return kept
    if given["words"] == NONE:
        return []
    if given["words"] != FILE:
        faults.append(Fault("words", "Select what becomes of the words"))
        return []
    if not content:
        faults.append(Fault("file", "Select the file of words"))
        return []
    try:
        return words_of(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        faults.append(Fault("file", "The file must be CSV in UTF-8"))
    except ValueError as error:
        faults.append(Fault("file", str(error)))
    return []


def words_of(text: str) -> Sequence[Told]:
    """The words of each version, from a file with a row a question and a row a level.

    Raises:
        ValueError: the file cannot be read; which row, and why.
    """
    rows = csv.DictReader(io.StringIO(text, newline=""))
    if tuple(rows.fieldnames or ()) != COLUMNS:
        raise ValueError(f"The file must have the columns {wording.listed(list(COLUMNS))}")
    versions: dict[int, dict[str, dict[str, Any]]] = {}
    for number, row in enumerate(rows, 2):
        _take(versions, row, number)
    return [{"version": version, "items": items} for version, items in versions.items()]


def _take(versions: dict[int, dict[str, dict[str, Any]]], row: Mapping[str, str | None], number: int) -> None:
    told = {name: (row[name] or "").strip() for name in COLUMNS}
    if not told["words"] or len(told["words"]) > WORDS_MOST:
        raise ValueError(f"Row {number} must have words, {WORDS_MOST:,} characters or fewer")
    is_number = told["version"].isdecimal() and (not told["level"] or told["level"].isdecimal())
    if not told["question"] or not is_number:
        raise ValueError(f"Row {number} must name a version, a question and, for an answer, its level")
    item = versions.setdefault(int(told["version"]), {}).setdefault(told["question"], {"text": "", "levels": {}})
    is_there = told["level"] in item["levels"] if told["level"] else item["text"]
    if is_there:
        raise ValueError(f"Row {number} is there twice")
    if told["level"]:
        item["levels"][told["level"]] = told["words"]
    else:
        item["text"] = told["words"]


def words_file(instrument: Told, wordings: Sequence[Told]) -> str:
    """The file of an instrument's words to be filled in, with those that are loaded."""
    loaded = {(one["version"], code): item for one in wordings for code, item in one["items"].items()}
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(COLUMNS)
    for item in instrument["items"]:
        words = loaded.get((instrument["version"], item["item_id"]), {"text": "", "levels": {}})
        writer.writerows(_rows(instrument["version"], item, words))
    return target.getvalue()


def _rows(version: int, item: Told, words: Told) -> Iterator[tuple[object, ...]]:
    yield version, item["item_id"], "", words["text"]
    for level in item["levels"]:
        yield version, item["item_id"], level["level"], words["levels"].get(str(level["level"]), "")
