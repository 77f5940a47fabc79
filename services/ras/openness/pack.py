"""The openness pack: one folder with everything that a council publishes about its allocation table.

Source:
    Scottish Information Commissioner, decision 052/2013 (Aberdeen): questionnaire, scoring, framework from points to
    money, price per point and rationale were asked for. Care and support statutory guidance, paragraph 11.24.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from braid.kit.reports.page import Section, page
from braid.kit.reports.pictures import Cell, Table
from services.ras.domain.sums import WEEKS_PER_YEAR, plain_number, rounded_half_up
from services.ras.named_tables import NamedTable
from services.ras.openness.equality import equality_figures
from services.ras.openness.transparency_record import TransparencyRecord, transparency_record
from services.ras.population.people import People

PENCE = 100


@dataclass(frozen=True)
class Pack:
    """Files by name, and the fields that the council still has to tell."""

    files: Mapping[str, str]
    untold: tuple[str, ...]

    def write(self, folder: Path) -> None:
        """Write every file, and a list of them with their hashes."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in self.files.items():
            (folder / name).write_text(text)
        listed = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in self.files.items()}
        (folder / "manifest.json").write_text(json.dumps(listed, indent=2) + "\n")


def openness_pack(
    named: NamedTable, fit: Mapping[str, Any] | None, people: People | None, about: Mapping[str, str]
) -> Pack:
    """Make the pack.

    Args:
        fit: the data of the fit report; None leaves accuracy untold, and the page says so.
        people: for figures by group; None leaves them untold.
        about: what the council tells about itself, by the transparency standard's attribute names.
    """
    record = transparency_record(named, fit, about)
    tables = {
        "questionnaire": _questionnaire(named),
        "scoring": _scoring(named),
        "informal-help": _informal_help(named),
        "framework": _framework(named),
        "price-per-point": _price_per_point(named),
        "rate-card": _rate_card(named),
        "sources": _sources(named),
    }
    if people is not None:
        tables["equality"] = equality_figures(named.table, people)
    files = {f"{name}.csv": _csv(table) for name, table in tables.items()}
    files["allocation-table.yaml"] = named.text
    files["transparency-record.json"] = _json(record.as_data())
    if fit is not None:
        files["accuracy.json"] = _json(fit)
    files["index.html"] = _page(named, tables, record, fit, people)
    return Pack(files, record.untold)


def _page(
    named: NamedTable,
    tables: Mapping[str, Table],
    record: TransparencyRecord,
    fit: Mapping[str, Any] | None,
    people: People | None,
) -> str:
    about = (
        "How an agreed assessment becomes a first figure, in full: with these tables anybody can work a figure"
        " out again."
        " The same tables are beside this page as files for computers."
    )
    rows = tuple(
        (number, name, value or "the council has not told this yet") for number, name, value in _fields(record)
    )
    sections = [
        Section("1. The questions", (), (tables["questionnaire"],)),
        Section("2. Points for each answer", (_help_words(),), (tables["scoring"], tables["informal-help"])),
        Section("3. From points to pounds", (_beyond(named),), (tables["framework"],)),
        Section("4. What a point is worth", (), (tables["price-per-point"],)),
        Section("5. Specialist support, priced line by line", (), (tables["rate-card"],)),
        Section("6. Why these figures", (named.table.statement,), (tables["sources"],)),
        Section("7. How accurate it is", *_accuracy(fit)),
        Section("8. Fairness between groups", *_equality(tables.get("equality"))),
        Section("9. Transparency record", (), (Table("Fields of the standard", ("field", "name", "value"), rows),)),
    ]
    return page(
        f"{named.document['title']}: everything about it", about, tuple(_warnings(record, fit, people)), sections
    )


def _warnings(record: TransparencyRecord, fit: Mapping[str, Any] | None, people: People | None) -> Iterator[str]:
    if record.untold:
        yield f"Not ready to publish: the council has not told {len(record.untold)} fields of the transparency record."
    if fit is None:
        yield "Nothing is told about accuracy: no fit report was given."
    if people is None:
        yield "Nothing is told about fairness between groups: no people were given."
    if (fit and fit["synthetic"]) or (people is not None and people.synthetic):
        yield "Some figures here come from made-up people: they show what such a page looks like, nothing real."


def _fields(record: TransparencyRecord) -> Iterator[tuple[str, str, str | None]]:
    for field in record.as_data()["fields"]:
        yield field["reference"], field["name"], field["value"]


def _help_words() -> str:
    return "Help by family and friends takes points off only where those who give it are willing and able to go on."


def _beyond(named: NamedTable) -> str:
    most = plain_number(named.table.money.points_max)
    return (
        f"There is no row above {most} points and so no limit: a person then costs the needs one by one. A figure of"
        " nothing goes to a person too; points never decide who is eligible."
    )


def _accuracy(fit: Mapping[str, Any] | None) -> tuple[tuple[str, ...], tuple[Table, ...]]:
    if fit is None:
        return ("No fit report was given.",), ()
    columns = ("measure", *(method["title"] for method in fit["methods"].values()))
    measures = next(iter(fit["methods"].values()))["out_of_sample"]
    rows = tuple((name, *(one["out_of_sample"][name] for one in fit["methods"].values())) for name in measures)
    words = (
        f"Measured on people that the fit never saw; the table was made by: {fit['methods'][fit['shown']]['title']}."
    )
    return (words,), (Table("Measures; sums in pence a week, shares from 0 to 1", columns, rows),)


def _equality(table: Table | None) -> tuple[tuple[str, ...], tuple[Table, ...]]:
    return (("No people were given.",), ()) if table is None else ((), (table,))


def _questionnaire(named: NamedTable) -> Table:
    asked = named.questionnaire
    rows = tuple(
        (asked["domains"][question["domain"]], question["label"], text, "several" if question["several"] else "one")
        for question in asked["questions"]
        for text in question["choices"].values()
    )
    return Table("Questions and answers", ("domain", "question", "answer", "how many may be chosen"), rows)


def _scoring(named: NamedTable) -> Table:
    rows = tuple(
        (asked.question_id, asked.label, choice.code, choice.text, plain_number(choice.points), asked.counting.value)
        for asked in named.table.scoring.questions
        for choice in asked.choices
    )
    columns = ("question code", "question", "answer code", "answer", "points", "several answers")
    return Table("Points", columns, rows)


def _informal_help(named: NamedTable) -> Table:
    rows = tuple((name, plain_number(left * 100)) for name, left in named.table.scoring.help_multipliers.items())
    return Table("What help leaves of a domain's points", ("help", "% left"), rows)


def _framework(named: NamedTable) -> Table:
    money = named.table.money
    sums = [(points, money.exact_pence_per_year(Fraction(points))) for points in range(int(money.points_max) + 1)]
    rows = tuple(
        (points, _pounds(exact / WEEKS_PER_YEAR), _pounds(exact)) for points, exact in sums if exact is not None
    )
    return Table("The sum for every whole score", ("points", "£ a week", "£ a year"), rows)


def _price_per_point(named: NamedTable) -> Table:
    money = named.table.money
    sums = [money.exact_pence_per_year(Fraction(points)) or Fraction(0) for points in range(int(money.points_max) + 1)]
    rows = tuple(
        (
            points,
            _pounds(sums[points] / points / WEEKS_PER_YEAR),
            _pounds((sums[points] - sums[points - 1]) / WEEKS_PER_YEAR),
        )
        for points in range(1, len(sums))
    )
    columns = ("points", "£ a week for each point so far", "£ a week for the last point")
    return Table("What a point is worth at each score", columns, rows)


def _rate_card(named: NamedTable) -> Table:
    card = named.table.rate_card
    rows = tuple(
        (code, _pounds(rate.pence_per_hour), "worked out from published sums" if rate.inferred else "set")
        for code, rate in card.rates.items()
    )
    title = f"Rates; {card.days_per_week} days a week, {card.weeks_per_year} weeks a year, rounded to {card.round_to}"
    return Table(title, ("support", "£ an hour", "rate"), rows)


def _sources(named: NamedTable) -> Table:
    found = dict.fromkeys(_found_sources(named.document, ""))
    return Table("Where every figure comes from", ("part", "kind", "title", "pinpoint", "address"), tuple(found))


def _found_sources(part: Any, place: str) -> Iterator[tuple[str, ...]]:
    if isinstance(part, list):
        for inner in part:
            yield from _found_sources(inner, place)
    elif isinstance(part, dict):
        source = part.get("source")
        if isinstance(source, dict):
            yield (place, *(source.get(key, "") for key in ("kind", "title", "pinpoint", "href")))
        for name, inner in part.items():
            if name != "source":
                yield from _found_sources(inner, place or name)


def _pounds(pence: Fraction) -> str:
    whole = rounded_half_up(pence)
    return f"{whole // PENCE}.{whole % PENCE:02}"


def _csv(table: Table) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows([_csv_cell(cell) for cell in row] for row in table.rows)
    return file.getvalue()


def _csv_cell(cell: Cell) -> Cell:
    return round(cell, 2) if isinstance(cell, float) else cell


def _json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
