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
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from services.ras.domain import notes
from services.ras.domain.costed_hours import CostedHours, HoursRule, costed_lines_of_hours, left_after_help
from services.ras.domain.costed_lines import CostedLine, RateCard, SupportNeed, costed_line
from services.ras.domain.errors import OtherQuestionnaire
from services.ras.domain.good_and_bad_days import DAYS_IN_WEEK, DayProfile, DayRule, WeighedDays, weighed_days
from services.ras.domain.needs_by_day import (
    NOTHING_TOLD,
    Answers,
    AnswersByDay,
    ScoredDays,
    of_the_day,
    scored_days,
    told_of_days,
)
from services.ras.domain.points import Score, Scoring, net_points
from services.ras.domain.settlement import NO_RULE, SettlementRule
from services.ras.domain.shares import PointsShare, SharedLine, points_shares
from services.ras.domain.sums import plain_number, rounded_half_up, thousandths
from services.ras.domain.tables import MoneyTable

POINTS_LINE = "points"
NO_POINTS: Mapping[str, Fraction] = MappingProxyType({})


class Outcome(StrEnum):
    """What the table could say."""

    CALCULATED = "calculated"
    NEEDS_A_PERSON = "needs_a_person"


class AgreedNeed(NamedTuple):
    """What an agreed assessment says of needs; in the order in which `allocate` takes it.

    Args:
        answers: choice codes by question id, of the questionnaire that the table scores.
        informal_help: none, some, most or all, by domain.
        willing_and_able: whether the carer is; None where nobody was asked. Help counts only when this is true.
        specialist_support: named one by one; priced by the rate card on top of the points.
        day_profiles: how often good and bad days come.
        answers_by_day: by kind of day, the answers that are other than ``answers``; none where nobody told.
    """

    answers: Mapping[str, Sequence[str]]
    informal_help: Mapping[str, str]
    willing_and_able: bool | None
    specialist_support: Sequence[SupportNeed] = ()
    day_profiles: Sequence[DayProfile] = ()
    answers_by_day: AnswersByDay = NOTHING_TOLD

    def net_points_of_days(self, scoring: Scoring) -> Mapping[str, Fraction]:
        """Net points of the kinds of day whose answers were told."""
        return {
            kind: net_points(scoring, of_the_day(self.answers, differing), self.informal_help, self.willing_and_able)
            for kind, differing in told_of_days(self.answers_by_day, self.day_profiles).items()
        }

    @property
    def told_days(self) -> Sequence[tuple[Fraction, Answers]]:
        """The kinds of day whose answers were told, each with its share of a week."""
        return [
            (Fraction(day.days_per_week, DAYS_IN_WEEK), of_the_day(self.answers, self.answers_by_day[day.kind]))
            for day in self.day_profiles
            if day.kind in self.answers_by_day
        ]


@dataclass(frozen=True)
class AllocationTable:
    """One released version of a council's allocation table.

    Args:
        user_group: a user group, or ``all`` for a table that is the same for everybody.
        in_force_to: last day; None while no end is set. A later table of the same council and group ends it too.
        questionnaire_versions: every version whose questions about needs are those that the points are for.
        has_weekly_sums: some sums were published by the week and are made yearly with 52 weeks; the notes say so.
        statement: where the figures come from, in plain words; shown with every allocation.
        hours: None where the council has set no hours for its answers: there is no costed-hours view then.
        days: None where good and bad days do not move the sum.
        held_back: the share of all spending that the sums of the table leave for what tables miss.
        settlement: how an indicative figure becomes a final one.
    """

    table_id: str
    version: int
    council: str
    user_group: str
    in_force_from: date
    in_force_to: date | None
    questionnaire_id: str
    questionnaire_versions: frozenset[int]
    scoring: Scoring
    money: MoneyTable
    has_weekly_sums: bool
    rate_card: RateCard
    statement: str
    hours: HoursRule | None = None
    days: DayRule | None = None
    held_back: Fraction = Fraction(0)
    settlement: SettlementRule = NO_RULE

    def must_score(self, questionnaire_id: str, questionnaire_version: int) -> None:
        """Refuse answers to another questionnaire: the same question may have meant something else there.

        Raises:
            OtherQuestionnaire: the table does not score this questionnaire in this version.
        """
        if questionnaire_id != self.questionnaire_id or questionnaire_version not in self.questionnaire_versions:
            versions = " and ".join(str(version) for version in sorted(self.questionnaire_versions))
            raise OtherQuestionnaire(
                f"{self.table_id} version {self.version} scores {self.questionnaire_id} version {versions}, not"
                f" {questionnaire_id} version {questionnaire_version}"
            )

    @cached_property
    def begins(self) -> Fraction:
        """The sum where scores begin; pence a year."""
        return self.money.exact_pence_per_year(Fraction(0)) or Fraction(0)

    def that_count(self, answers_by_day: AnswersByDay, day_profiles: Sequence[DayProfile]) -> AnswersByDay:
        """What was told of kinds of day that come, where the table prices them."""
        return told_of_days(answers_by_day, day_profiles) if self.days else NOTHING_TOLD

    def weighed(
        self, points: Fraction, day_profiles: Sequence[DayProfile], points_told: Mapping[str, Fraction] = NO_POINTS
    ) -> WeighedDays | None:
        """Weigh the sums of the kinds of day; None where there are no such kinds, or one has no row in the table.

        Args:
            points_told: of kinds of day whose own answers were told; the council's multipliers stand for the others.
        """
        if self.days is None or not day_profiles:
            return None
        return weighed_days(self.money, {**self.days.points_by_kind(points), **points_told}, day_profiles)

    def exact_pence_per_year(
        self, points: Fraction, day_profiles: Sequence[DayProfile], points_told: Mapping[str, Fraction] = NO_POINTS
    ) -> Fraction | None:
        """The sum for a score, with its good and bad days where the table prices them; None where it has no row."""
        if self.days is None or not day_profiles:
            return self.money.exact_pence_per_year(points)
        weighed = self.weighed(points, day_profiles, points_told)
        return None if weighed is None else weighed.exact_pence_per_year


@dataclass(frozen=True)
class AllocationLine:
    """One line of the working; pence a year. The lines add up to the allocation exactly."""

    code: str
    text: str
    pence_per_year: int


@dataclass(frozen=True)
class DayShown:
    """One kind of day; pence a year if every day were such."""

    kind: str
    days_per_week: int
    points_thousandths: int
    pence_per_year: int


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
        days: the spread of good and bad days; empty where the table does not price them, or the assessment tells none.
        costed_hours: the other view of the same need; None where the table has no hours.
    """

    outcome: Outcome
    points_gross_thousandths: int
    points_thousandths: int
    pence_per_year: int
    pence_per_year_before_help: int | None
    lines: tuple[AllocationLine, ...]
    points_explanation: tuple[PointsShare, ...]
    notes: tuple[str, ...]
    days: tuple[DayShown, ...] = ()
    costed_hours: CostedHours | None = None


def allocate(
    table: AllocationTable,
    answers: Mapping[str, Sequence[str]],
    informal_help: Mapping[str, str],
    willing_and_able: bool | None,
    specialist_support: Sequence[SupportNeed] = (),
    day_profiles: Sequence[DayProfile] = (),
    answers_by_day: AnswersByDay = NOTHING_TOLD,
) -> Allocation:
    """Put a first figure on an agreed assessment; the arguments are those of `AgreedNeed`.

    Raises:
        AnswerUnknown: an answer that the table has no points for.
        NotAWeek: the kinds of day do not make a week.
    """
    need = AgreedNeed(
        answers,
        informal_help,
        willing_and_able,
        specialist_support,
        day_profiles,
        table.that_count(answers_by_day, day_profiles),
    )
    days = scored_days(table.scoring, answers, informal_help, willing_and_able, need.answers_by_day)
    scored = days.usual
    weighed = table.weighed(scored.net, day_profiles, days.net_of_told)
    # Without kinds of day there is nothing to weigh; else some day has no row in the table.
    exact = (
        weighed.exact_pence_per_year
        if weighed
        else table.exact_pence_per_year(scored.net, day_profiles, days.net_of_told)
    )
    priced = [costed_line(support, table.rate_card) for support in specialist_support]
    lines = [line for line in priced if line is not None]
    unpriced = [support for support, line in zip(specialist_support, priced, strict=True) if line is None]
    why_a_person = tuple(_why_a_person(table, days, exact, need, unpriced))
    for_points = None if why_a_person or exact is None else rounded_half_up(exact)
    whole = 0 if for_points is None else for_points + sum(line.pence_per_year for line in lines)
    told = (
        *why_a_person,
        *((notes.already_priced(line) for line in lines) if for_points is None else _soft_limits(table, whole)),
        *_notes(table, scored, need, weighed),
    )
    return Allocation(
        outcome=Outcome.NEEDS_A_PERSON if for_points is None else Outcome.CALCULATED,
        points_gross_thousandths=thousandths(scored.gross),
        points_thousandths=thousandths(scored.net),
        pence_per_year=whole,
        pence_per_year_before_help=None if for_points is None else _before_help(table, days, need, whole - for_points),
        lines=() if for_points is None else _lines(scored, for_points, lines),
        points_explanation=points_shares(
            SharedLine(for_points or 0, table.begins, weighed), days, table.scoring, need.answers, need.answers_by_day
        ),
        notes=told,
        days=() if weighed is None else tuple(_days(weighed)),
        costed_hours=_costed_hours(table, need, lines, None if for_points is None else whole),
    )


def _lines(scored: Score, for_points: int, costed: Sequence[CostedLine]) -> tuple[AllocationLine, ...]:
    return (
        AllocationLine(POINTS_LINE, f"{plain_number(scored.net)} points in the allocation table", for_points),
        *(AllocationLine(line.code, line.text, line.pence_per_year) for line in costed),
    )


def _before_help(table: AllocationTable, days: ScoredDays, need: AgreedNeed, for_lines: int) -> int | None:
    exact = table.exact_pence_per_year(days.usual.gross, need.day_profiles, days.gross_of_told)
    return None if exact is None else rounded_half_up(exact) + for_lines


def _days(weighed: WeighedDays) -> Iterator[DayShown]:
    for day in weighed.figures:
        sum_ = rounded_half_up(day.exact_pence_per_year)
        yield DayShown(day.kind, day.days_per_week, thousandths(day.points), sum_)


def _costed_hours(
    table: AllocationTable, need: AgreedNeed, specialist: Sequence[CostedLine], allocation_pence: int | None
) -> CostedHours | None:
    if table.hours is None:
        return None
    left = left_after_help(table.scoring, need.informal_help, need.willing_and_able)
    multiplier = table.days.average(need.day_profiles, leaving_out=need.answers_by_day) if table.days else Fraction(1)
    of_hours, hours = costed_lines_of_hours(
        table.hours, table.scoring, table.rate_card, need.answers, left, multiplier, need.told_days
    )
    lines = (*of_hours, *specialist)
    whole = sum(line.pence_per_year for line in lines)
    gap = None if allocation_pence is None else allocation_pence - whole
    return CostedHours(lines, thousandths(hours), whole, gap)


def _why_a_person(
    table: AllocationTable, days: ScoredDays, exact: Fraction | None, need: AgreedNeed, unpriced: Sequence[SupportNeed]
) -> Iterator[str]:
    scored = days.usual
    if scored.unanswered:
        yield notes.unanswered(scored.unanswered)
    if exact is None:
        has_days = table.days is not None and bool(need.day_profiles)
        yield notes.beyond_the_table(scored.net, table.money.points_max, has_days)
    elif not days.has_points or rounded_half_up(exact) == 0:
        yield notes.no_money()
    for support in unpriced:
        yield notes.no_price(support)


def _soft_limits(table: AllocationTable, pence_per_year: int) -> Iterator[str]:
    for limit in table.settlement.soft_limits_passed(pence_per_year):
        yield notes.above_soft_limit(pence_per_year, limit.pence_per_year, limit.text)


def _notes(table: AllocationTable, scored: Score, need: AgreedNeed, weighed: WeighedDays | None) -> Iterator[str]:
    yield notes.STARTING_POINT
    yield notes.about_help(scored, need.willing_and_able)
    if need.specialist_support:
        yield notes.SPECIALIST_SUPPORT
    yield from notes.about_days(need.day_profiles, weighed, need.answers_by_day, table.days is not None)
    if table.held_back:
        yield notes.held_back(table.held_back)
    if table.has_weekly_sums:
        yield notes.WEEKLY_SUMS
    yield table.statement
