"""The indicative allocation: from an agreed assessment to a first figure with its whole working, or to a person.

Source:
    R (Savva) v Kensington and Chelsea [2010] EWCA Civ 1209; R (KM) v Cambridgeshire [2012] UKSC 23: a points table is
    lawful as a starting point only. Care and support statutory guidance, paragraph 11.24: transparent, timely,
    sufficient; it may rise or fall.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from services.ras.domain.costed_lines import CostedLine, RateCard, SupportNeed, costed_line
from services.ras.domain.errors import OtherQuestionnaire
from services.ras.domain.good_and_bad_days import DayProfile
from services.ras.domain.points import DomainScore, Score, Scoring, score
from services.ras.domain.sums import WEEKS_PER_YEAR, plain_number, pounds, rounded_half_up, shared
from services.ras.domain.tables import MoneyTable

POINTS_LINE = "points"


class Outcome(StrEnum):
    """What the table could say."""

    CALCULATED = "calculated"
    NEEDS_A_PERSON = "needs_a_person"


@dataclass(frozen=True)
class AllocationTable:
    """One released version of a council's allocation table.

    Args:
        user_group: a user group, or ``all`` for a table that is the same for everybody.
        in_force_to: last day; None while no end is set. A later table of the same council and group ends it too.
        has_weekly_sums: some sums were published by the week and are made yearly with 52 weeks; the notes say so.
        statement: where the figures come from, in plain words; shown with every allocation.
    """

    table_id: str
    version: int
    council: str
    user_group: str
    in_force_from: date
    in_force_to: date | None
    questionnaire_id: str
    questionnaire_version: int
    scoring: Scoring
    money: MoneyTable
    has_weekly_sums: bool
    rate_card: RateCard
    statement: str

    def must_score(self, questionnaire_id: str, questionnaire_version: int) -> None:
        """Refuse answers to another questionnaire: the same question may have meant something else there.

        Raises:
            OtherQuestionnaire: the table does not score this questionnaire in this version.
        """
        if (questionnaire_id, questionnaire_version) != (self.questionnaire_id, self.questionnaire_version):
            raise OtherQuestionnaire(
                f"{self.table_id} version {self.version} scores {self.questionnaire_id} version"
                f" {self.questionnaire_version}, not {questionnaire_id} version {questionnaire_version}"
            )


@dataclass(frozen=True)
class AllocationLine:
    """One line of the working; pence a year. The lines add up to the allocation exactly."""

    code: str
    text: str
    pence_per_year: int


@dataclass(frozen=True)
class PointsShare:
    """What one domain adds to the points line; pence a year. The shares add up to that line exactly."""

    domain: str
    title: str
    points_gross_thousandths: int
    points_net_thousandths: int
    pence_per_year: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Allocation:
    """An indicative allocation, or the reasons why a person must look.

    Args:
        points_thousandths: net points, in thousandths; ``points_gross_thousandths`` before help was counted.
        pence_per_year: nothing where a person must look: that is no figure of nothing, but no figure.
        pence_per_year_before_help: the same without counting any help by family and friends; None where the table has
            no row for it, or a person must look.
        lines: the points line, then one for each kind of specialist support; empty where a person must look.
        points_explanation: the points line by domain; where a person must look, the points alone.
        notes: plain words to show with the figure.
    """

    outcome: Outcome
    points_gross_thousandths: int
    points_thousandths: int
    pence_per_year: int
    pence_per_year_before_help: int | None
    lines: tuple[AllocationLine, ...]
    points_explanation: tuple[PointsShare, ...]
    notes: tuple[str, ...]


def allocate(
    table: AllocationTable,
    answers: Mapping[str, Sequence[str]],
    informal_help: Mapping[str, str],
    willing_and_able: bool | None,
    specialist_support: Sequence[SupportNeed] = (),
    day_profiles: Sequence[DayProfile] = (),
) -> Allocation:
    """Put a first figure on an agreed assessment.

    Args:
        answers: choice codes by question id, of the questionnaire that the table scores (`must_score` makes sure).
        informal_help: none, some, most or all, by domain.
        willing_and_able: whether the carer is; None where nobody was asked. Help counts only when this is true.
        specialist_support: named one by one; priced by the rate card on top of the points.
        day_profiles: how often good and bad days come. This version's answers are of a usual week, so the days move no
            money yet; the notes say that a person must check them.

    Raises:
        AnswerUnknown: an answer that the table has no points for.
    """
    scored = score(table.scoring, answers, informal_help, willing_and_able)
    costed = [costed_line(need, table.rate_card) for need in specialist_support]
    lines = [line for line in costed if line is not None]
    unpriced = [need for need, line in zip(specialist_support, costed, strict=True) if line is None]
    exact = table.money.exact_pence_per_year(scored.net)
    why_a_person = list(_why_a_person(table, scored, exact, unpriced))
    notes = (*_notes(table, scored, specialist_support, willing_and_able), *_day_notes(day_profiles))
    if why_a_person or exact is None:
        return _for_a_person(scored, (*why_a_person, *_ready_lines(lines), *notes))
    return _calculated(table, scored, exact, lines, notes)


def _calculated(
    table: AllocationTable, scored: Score, exact: Fraction, costed: Sequence[CostedLine], notes: tuple[str, ...]
) -> Allocation:
    for_points = rounded_half_up(exact)
    lines = (
        AllocationLine(POINTS_LINE, f"{plain_number(scored.net)} points in the allocation table", for_points),
        *(AllocationLine(line.code, line.text, line.pence_per_year) for line in costed),
    )
    whole = sum(line.pence_per_year for line in lines)
    before_help = table.money.exact_pence_per_year(scored.gross)
    return Allocation(
        outcome=Outcome.CALCULATED,
        points_gross_thousandths=_thousandths(scored.gross),
        points_thousandths=_thousandths(scored.net),
        pence_per_year=whole,
        pence_per_year_before_help=None if before_help is None else whole - for_points + rounded_half_up(before_help),
        lines=lines,
        points_explanation=_explained(scored, for_points),
        notes=notes,
    )


def _for_a_person(scored: Score, notes: tuple[str, ...]) -> Allocation:
    return Allocation(
        outcome=Outcome.NEEDS_A_PERSON,
        points_gross_thousandths=_thousandths(scored.gross),
        points_thousandths=_thousandths(scored.net),
        pence_per_year=0,
        pence_per_year_before_help=None,
        lines=(),
        points_explanation=tuple(_share(domain, 0) for domain in scored.domains),
        notes=notes,
    )


def _explained(scored: Score, pence_per_year: int) -> tuple[PointsShare, ...]:
    shares = shared(pence_per_year, {domain.domain: domain.net for domain in scored.domains})
    return tuple(_share(domain, shares[domain.domain]) for domain in scored.domains)


def _share(domain: DomainScore, pence_per_year: int) -> PointsShare:
    return PointsShare(
        domain=domain.domain,
        title=domain.title,
        points_gross_thousandths=_thousandths(domain.gross),
        points_net_thousandths=_thousandths(domain.net),
        pence_per_year=pence_per_year,
        reasons=domain.reasons,
    )


def _why_a_person(
    table: AllocationTable, scored: Score, exact: Fraction | None, unpriced: Sequence[SupportNeed]
) -> Iterator[str]:
    if scored.unanswered:
        yield (
            f"A person must look: there is no answer about {', '.join(scored.unanswered)}, and that does not mean that"
            " there is no need."
        )
    if exact is None:
        yield (
            f"A person must look: {plain_number(scored.net)} points are above the"
            f" {plain_number(table.money.points_max)} points that the table was made for. That is no limit on what you"
            " can have; it means that your needs are costed one by one."
        )
    elif rounded_half_up(exact) == 0:
        yield (
            "A person must look: the answers come to no money in the table. That does not mean that you are not"
            " eligible; points never decide that."
        )
    for need in unpriced:
        yield f"A person must look: the rate card has no price for {need.text}."


def _ready_lines(lines: Sequence[CostedLine]) -> Iterator[str]:
    for line in lines:
        yield f"Already priced for that person: {line.text} = {pounds(line.pence_per_year)} a year."


def _notes(
    table: AllocationTable,
    scored: Score,
    specialist_support: Sequence[SupportNeed],
    willing_and_able: bool | None,
) -> Iterator[str]:
    yield (
        "This is a starting point for planning, not a decision. The final sum may be higher or lower, whoever sets it"
        " must say why, and you can ask for it to be looked at again."
    )
    yield _help_note(scored, willing_and_able)
    if specialist_support:
        yield "You need specialist support that the points were not made for. It is costed line by line and added."
    if table.has_weekly_sums:
        yield f"Sums that were set by the week are made yearly with {WEEKS_PER_YEAR} weeks."
    yield table.statement


def _help_note(scored: Score, willing_and_able: bool | None) -> str:
    if all(domain.help_given == "none" for domain in scored.domains):
        return "No help from family and friends was counted: the assessment names none."
    if willing_and_able is True:
        return (
            "Help from family and friends was counted, because those who give it said that they are willing and able to"
            f" go on: it takes the points from {plain_number(scored.gross)} to {plain_number(scored.net)}. If that"
            " changes, the figure changes."
        )
    why = "are not" if willing_and_able is False else "have not been asked whether they are"
    return (
        "Help from family and friends was not counted and takes nothing off, because those who give it"
        f" {why} willing and able to go on."
    )


def _day_notes(day_profiles: Sequence[DayProfile]) -> Iterator[str]:
    bad = sum(day.days_per_week for day in day_profiles if day.kind == "bad")
    if bad:
        yield (
            f"You told us of {bad} bad {'day' if bad == 1 else 'days'} a week. The points are those of your usual week"
            " and do not price bad days apart, so ask whether the sum is enough for them before you agree to it."
        )


def _thousandths(points: Fraction) -> int:
    return rounded_half_up(points * 1000)
