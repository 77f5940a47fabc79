"""Reads allocation tables from their files, strictly, and finds the one in force for a council, group and date."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from braid.contracts.codes import CouncilCode, UserGroup
from braid.kit.strict_yaml import read_yaml
from services.ras.domain.allocation import AllocationTable
from services.ras.domain.costed_lines import Rate, RateCard, RoundTo
from services.ras.domain.errors import NoTableInForce, TableNotSound
from services.ras.domain.points import Counting, ScoredChoice, ScoredQuestion, Scoring
from services.ras.domain.sums import WEEKS_PER_YEAR
from services.ras.domain.tables import Band, Bands, Knot, LinearBetweenKnots, MoneyTable, PricePerPoint

PARAMETERS = Path(__file__).parent / "parameters"
EVERYBODY = "all"
HELP_CODES = ("none", "some", "most", "all")

#: Why an unknown key is never passed over. A council's matrix once multiplied need by the number of beds it had left.
UNKNOWN_KEY = (
    "is not known here. Answers, the help that carers are willing to give, and prices may move a person's sum; nothing"
    " else may, and least of all what is left to hand out: supply, beds or vacancies are never an input (Local"
    " Government and Social Care Ombudsman, Wiltshire 2018)"
)

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, Field(min_length=1)]
Exact = Annotated[str, Field(pattern=r"^\d+(\.\d+)?$|^\d+/[1-9]\d*$")] | Annotated[int, Field(ge=0)]
WholePence = Annotated[int, Field(ge=0)]


class TableRefused(Exception):
    """An allocation table's file is not sound, was changed after its release, or was never released."""

    def __init__(self, file: str, reasons: Iterable[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(f"{file}: {'; '.join(self.reasons)}")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Source(_Strict):
    """Where a value comes from. ``inferred`` is our arithmetic on published figures; ``made_up`` is ours alone."""

    kind: Literal["published", "inferred", "made_up"]
    title: Text
    pinpoint: str = ""
    href: str = ""


class _QuestionEntry(_Strict):
    id: Code
    label: Text
    domain: Code
    several: bool
    choices: Annotated[dict[Code, Text], Field(min_length=1)]


class _QuestionnaireFile(_Strict):
    id: str
    version: Annotated[int, Field(ge=1)]
    domains: Annotated[dict[Code, Text], Field(min_length=1)]
    questions: Annotated[list[_QuestionEntry], Field(min_length=1)]


class _KnotEntry(_Strict):
    points: Exact
    pence_per_week: WholePence | None = None
    pence_per_year: WholePence | None = None
    source: _Source


class _KnotsEntry(_Strict):
    kind: Literal["linear_between_knots"]
    knots: list[_KnotEntry]


class _BandEntry(_Strict):
    points_from: int
    points_to: int
    pence_per_year: WholePence
    source: _Source


class _BandsEntry(_Strict):
    kind: Literal["bands"]
    bands: list[_BandEntry]


class _PriceEntry(_Strict):
    kind: Literal["price_per_point"]
    pence_per_point_per_week: Exact
    points_max: Exact
    source: _Source


class _PointsEntry(_Strict):
    source: _Source
    counting: dict[Code, Annotated[Counting, Field(strict=False)]] = {}
    by_question: dict[Code, dict[Code, Exact]]


class _HelpEntry(_Strict):
    source: _Source
    multipliers: dict[str, Exact]


class _RateEntry(_Strict):
    pence_per_hour: Exact
    inferred: bool
    source: _Source


class _RateCardEntry(_Strict):
    days_per_week: Annotated[int, Field(ge=1, le=7)]
    weeks_per_year: Annotated[int, Field(ge=52, le=53)]
    round_to: Annotated[RoundTo, Field(strict=False)]
    rates: dict[Code, _RateEntry]


class _Scored(_Strict):
    id: str
    version: int


class _TableFile(_Strict):
    id: str
    version: Annotated[int, Field(ge=1)]
    title: Text
    council: CouncilCode
    user_group: Literal["all"] | Annotated[UserGroup, Field(strict=False)]
    in_force_from: date
    in_force_to: date | None = None
    statement: Text
    questionnaire: _Scored
    points: _PointsEntry
    informal_help: _HelpEntry
    money: Annotated[_KnotsEntry | _BandsEntry | _PriceEntry, Field(discriminator="kind")]
    rate_card: _RateCardEntry


FileT = TypeVar("FileT", bound=_Strict)


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
        questionnaires: YAML by path (``questionnaires/<id>/<version>.yaml``): the questions that tables may score.
        name: what to call the file in a refusal.

    Raises:
        TableRefused: with every reason that was found.
    """
    entry = _parsed(_TableFile, text, name)
    path = f"questionnaires/{entry.questionnaire.id}/{entry.questionnaire.version}.yaml"
    if path not in questionnaires:
        raise TableRefused(name, [f"scores the questionnaire {path}, which is not there"])
    asked = _parsed(_QuestionnaireFile, questionnaires[path], path)
    if reasons := list(_reasons(entry, asked)):
        raise TableRefused(name, reasons)
    try:
        return _table(entry, asked)
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


def _reasons(entry: _TableFile, asked: _QuestionnaireFile) -> Iterator[str]:
    if entry.in_force_to is not None and entry.in_force_to < entry.in_force_from:
        yield "ends before it begins"
    questions = {question.id: question for question in asked.questions}
    for question_id in sorted(set(entry.points.by_question) - set(questions)):
        yield f"gives points to {question_id!r}, which is no question of {asked.id} version {asked.version}"
    for question_id, question in questions.items():
        if question_id not in entry.points.by_question:
            yield f"gives no points to {question_id!r}: an answer would count for nothing"
        else:
            yield from _points_reasons(question, entry.points)
    yield from _counting_reasons(asked, entry.points.counting)
    yield from _help_reasons(entry.informal_help.multipliers)
    if isinstance(entry.money, _KnotsEntry):
        for knot in entry.money.knots:
            if (knot.pence_per_week is None) == (knot.pence_per_year is None):
                yield f"the knot at {knot.points} points needs pence_per_week or pence_per_year, one of the two"


def _points_reasons(question: _QuestionEntry, points: _PointsEntry) -> Iterator[str]:
    by_choice = points.by_question[question.id]
    if set(by_choice) != set(question.choices):
        yield f"{question.id}: the choices are {', '.join(question.choices)}, and each needs its points"
    elif not question.several:
        in_order = [(code, Fraction(by_choice[code])) for code in question.choices]
        for (_, before), (code, after) in pairwise(in_order):
            if after < before:
                yield f"{question.id}: the points fall at {code!r}: more need would count for less"


def _counting_reasons(asked: _QuestionnaireFile, counting: Mapping[str, Counting]) -> Iterator[str]:
    several = {question.id for question in asked.questions if question.several}
    if several != set(counting):
        yield f"counting must say how several answers count, for exactly: {', '.join(sorted(several)) or 'no question'}"


def _help_reasons(multipliers: Mapping[str, str | int]) -> Iterator[str]:
    if tuple(multipliers) != HELP_CODES:
        yield f"informal help needs a multiplier for {', '.join(HELP_CODES)}, in this order"
        return
    values = [Fraction(multipliers[code]) for code in HELP_CODES]
    if values[0] != 1 or any(after > before for before, after in pairwise(values)):
        yield "the multipliers of informal help begin at 1 for none and never rise"


def _table(entry: _TableFile, asked: _QuestionnaireFile) -> AllocationTable:
    return AllocationTable(
        table_id=entry.id,
        version=entry.version,
        council=entry.council,
        user_group=str(entry.user_group),
        in_force_from=entry.in_force_from,
        in_force_to=entry.in_force_to,
        questionnaire_id=asked.id,
        questionnaire_version=asked.version,
        scoring=_scoring(entry, asked),
        money=_money(entry.money),
        has_weekly_sums=_has_weekly_sums(entry.money),
        rate_card=_rate_card(entry.rate_card),
        statement=entry.statement.strip(),
    )


def _scoring(entry: _TableFile, asked: _QuestionnaireFile) -> Scoring:
    questions = tuple(
        ScoredQuestion(
            question_id=question.id,
            label=question.label,
            domain=question.domain,
            choices=tuple(
                ScoredChoice(code, text, Fraction(entry.points.by_question[question.id][code]))
                for code, text in question.choices.items()
            ),
            counting=entry.points.counting.get(question.id, Counting.HIGHEST),
        )
        for question in asked.questions
    )
    multipliers = {code: Fraction(value) for code, value in entry.informal_help.multipliers.items()}
    return Scoring(dict(asked.domains), questions, multipliers)


def _money(entry: _KnotsEntry | _BandsEntry | _PriceEntry) -> MoneyTable:
    if isinstance(entry, _KnotsEntry):
        return LinearBetweenKnots(tuple(Knot(Fraction(knot.points), _knot_pence(knot)) for knot in entry.knots))
    if isinstance(entry, _BandsEntry):
        bands = (Band(band.points_from, band.points_to, Fraction(band.pence_per_year)) for band in entry.bands)
        return Bands(tuple(bands))
    return PricePerPoint(Fraction(entry.pence_per_point_per_week) * WEEKS_PER_YEAR, Fraction(entry.points_max))


def _knot_pence(knot: _KnotEntry) -> Fraction:
    if knot.pence_per_year is not None:
        return Fraction(knot.pence_per_year)
    assert knot.pence_per_week is not None, "checked before"
    return Fraction(knot.pence_per_week * WEEKS_PER_YEAR)


def _has_weekly_sums(entry: _KnotsEntry | _BandsEntry | _PriceEntry) -> bool:
    if isinstance(entry, _KnotsEntry):
        return any(knot.pence_per_week is not None for knot in entry.knots)
    return isinstance(entry, _PriceEntry)


def _rate_card(entry: _RateCardEntry) -> RateCard:
    rates = {code: Rate(code, Fraction(rate.pence_per_hour), rate.inferred) for code, rate in entry.rates.items()}
    return RateCard(rates, entry.days_per_week, entry.weeks_per_year, entry.round_to)
