"""One allocation table over a whole population at once: the same pence as `services.ras.domain.allocation`, vectorised.

The meaning of a table stays in the domain. Here only what repeats is taken out: an answer, a score, a week of good and
bad days or a number of minutes that a thousand people share is worked out once, exactly, by the domain's own rules, and
looked up for all of them. So any kind of table that the domain knows works here too, and nothing is rounded otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntFlag
from fractions import Fraction
from typing import Self

import numpy as np
from numpy.typing import NDArray

from services.ras.domain.allocation import AgreedNeed, AllocationTable
from services.ras.domain.costed_hours import HoursOfQuestion, HoursRule, costed_lines_of_hours, left_after_help
from services.ras.domain.costed_lines import RateCard, SupportNeed, costed_line
from services.ras.domain.points import NO_HELP
from services.ras.domain.sums import rounded_half_up, thousandths
from services.ras.population.people import AND, Flags, People, Whole
from services.ras.simulation.one_by_one import agreed_need, rows_with_days_of_their_own
from services.ras.simulation.scoring import WILLING, scored
from services.ras.simulation.weeks import Weeks, week, weeks_of

#: What stands for a score that the table has no row for.
NO_ROW = -1


class WhyAPerson(IntFlag):
    """Why a person must look, as the domain says it; several reasons may hold at once."""

    UNANSWERED = 1
    ABOVE_THE_TABLE = 2
    NO_MONEY = 4
    NO_PRICE = 8


@dataclass(frozen=True)
class Allocations:
    """What the table gives everybody; pence a year.

    Args:
        points_thousandths: net points, rounded as the domain rounds them.
        pence_per_year: nothing where a person must look: that is no figure of nothing, but no figure.
        lines_pence_per_year: the costed lines, priced for everybody, also where a person must look.
        why_a_person: bits of `WhyAPerson`; 0 where the figure stands.
        costed_hours_pence_per_year: the other view of the same need, for everybody; None where the table has no hours.
    """

    points_thousandths: Whole
    pence_per_year: Whole
    lines_pence_per_year: Whole
    why_a_person: NDArray[np.uint8]
    costed_hours_pence_per_year: Whole | None

    @property
    def calculated(self) -> Flags:
        """Who has a figure."""
        return np.equal(self.why_a_person, 0)

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """One after the other."""
        hours = [part.costed_hours_pence_per_year for part in parts if part.costed_hours_pence_per_year is not None]
        return cls(
            np.concatenate([part.points_thousandths for part in parts]),
            np.concatenate([part.pence_per_year for part in parts]),
            np.concatenate([part.lines_pence_per_year for part in parts]),
            np.concatenate([part.why_a_person for part in parts]),
            np.concatenate(hours) if hours else None,
        )


@dataclass(frozen=True)
class WholePopulation:
    """One table for many people: what it was asked once, it knows for those who come later."""

    table: AllocationTable
    _sums: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    _hours: dict[tuple[int, str, str, int], int] = field(default_factory=dict)

    def allocations(self, people: People) -> Allocations:
        """Put a first figure on everybody.

        Raises:
            NotInTheTable: an answer, a domain or a degree of help that the table does not have.
        """
        scores = scored(self.table.scoring, people)
        total = scores.total()
        weeks = weeks_of(self.table, people)
        points, pence = self._money(total, scores.unit, weeks)
        # Few people tell the answers of their good and bad days, and hardly two of them tell the same.
        by_itself = {row: agreed_need(people, row) for row in rows_with_days_of_their_own(people) if self.table.days}
        for row, need in by_itself.items():
            pence[row] = self._sum_of_days(need, int(total[row]) * scores.unit)
        lines, unpriced = costed(self.table.rate_card, people)
        reasons = {
            WhyAPerson.UNANSWERED: scores.unanswered,
            WhyAPerson.ABOVE_THE_TABLE: pence == NO_ROW,
            WhyAPerson.NO_MONEY: (pence == 0) | ((pence != NO_ROW) & (total == 0)),
            WhyAPerson.NO_PRICE: unpriced,
        }
        why = np.zeros(len(people), np.uint8)
        for reason, whose in reasons.items():
            why |= np.where(whose, np.uint8(reason), np.uint8(0))
        hours = None
        if self.table.hours is not None and people.answers:
            hours = self._of_hours(self.table.hours, people, weeks)
            for row, need in by_itself.items():
                hours[row] = self._hours_of_days(self.table.hours, need)
            hours += lines
        return Allocations(points, np.where(why == 0, pence + lines, 0), lines, why, hours)

    def _money(self, total: Whole, unit: Fraction, weeks: Weeks) -> tuple[Whole, Whole]:
        """Points in thousandths, and the sum of the points in pence."""
        key = total * len(weeks.different) + weeks.place
        distinct, place = np.unique(key, return_inverse=True)
        asked = [divmod(one, len(weeks.different)) for one in distinct.tolist()]
        found = [self._sum(points, weeks.different[at], unit) for points, at in asked]
        points, pence = np.asarray(found, np.int64).T
        return points[place], pence[place]

    def _sum(self, in_units: int, week_number: int, unit: Fraction) -> tuple[int, int]:
        """Points in thousandths and pence, of one score with one week."""
        found = self._sums.get((in_units, week_number))
        if found is None:
            points = in_units * unit
            exact = self.table.exact_pence_per_year(points, week(week_number))
            found = thousandths(points), NO_ROW if exact is None else rounded_half_up(exact)
            self._sums[in_units, week_number] = found
        return found

    def _sum_of_days(self, need: AgreedNeed, points: Fraction) -> int:
        """The sum of the points of somebody who tells the answers of some days, pence."""
        told = need.net_points_of_days(self.table.scoring)
        exact = self.table.exact_pence_per_year(points, need.day_profiles, told)
        return NO_ROW if exact is None else rounded_half_up(exact)

    def _hours_of_days(self, rule: HoursRule, need: AgreedNeed) -> int:
        """The costed hours of somebody who tells the answers of some days, pence."""
        table = self.table
        assert table.days is not None, "asked for only where the table prices days"
        left = left_after_help(table.scoring, need.informal_help, need.willing_and_able)
        others = table.days.average(need.day_profiles, leaving_out=need.answers_by_day)
        lines, _ = costed_lines_of_hours(
            rule, table.scoring, table.rate_card, need.answers, left, others, need.told_days
        )
        return sum(line.pence_per_year for line in lines)

    def _of_hours(self, rule: HoursRule, people: People, weeks: Weeks) -> Whole:
        """The costed hours of everybody: each line is rounded by itself, as the domain rounds it."""
        pence = np.zeros(len(people), np.int64)
        willing = people.willing_and_able.is_word(WILLING)
        # The last word stands for help that does not count.
        words = {domain: (*people.help_with(domain).values, NO_HELP) for domain in self.table.scoring.domains}
        left_and_week = {}
        for domain, told in words.items():
            left = np.where(willing, people.help_with(domain).codes, len(told) - 1)
            left_and_week[domain] = left * len(weeks.different) + weeks.place
        for number, entry in enumerate(rule.questions):
            given = people.answers.get(entry.question_id)
            if given is None:
                continue
            domain = self.table.scoring.questions_by_id[entry.question_id].domain
            shape = (len(given.values), len(words[domain]), len(weeks.different))
            key = given.codes * (shape[1] * shape[2]) + left_and_week[domain]
            known = np.zeros(int(np.prod(shape)), np.int64)
            for one in np.flatnonzero(np.bincount(key)).tolist():
                answer, help_, at = np.unravel_index(one, shape)
                asked = (number, given.values[answer], words[domain][help_], weeks.different[at])
                if asked not in self._hours:
                    self._hours[asked] = self._line(rule, entry, *asked[1:])
                known[one] = self._hours[asked]
            pence += known[key]
        return pence

    def _line(self, rule: HoursRule, entry: HoursOfQuestion, answer: str, help_: str, week_number: int) -> int:
        """The line of one answer with one degree of help and one week, pence a year."""
        scoring, days = self.table.scoring, self.table.days
        left = {scoring.questions_by_id[entry.question_id].domain: scoring.help_multipliers[help_]}
        average = days.average(week(week_number)) if days else Fraction(1)
        alone, answers = HoursRule((entry,), rule.rates), {entry.question_id: answer.split(AND)}
        lines, _ = costed_lines_of_hours(alone, scoring, self.table.rate_card, answers, left, average)
        return sum(line.pence_per_year for line in lines)


def allocations(table: AllocationTable, people: People) -> Allocations:
    """Put a first figure on everybody; see `WholePopulation.allocations`."""
    return WholePopulation(table).allocations(people)


def costed(card: RateCard, people: People) -> tuple[Whole, Flags]:
    """The costed lines of everybody, pence a year; and who needs support that the card has no price for."""
    pence = np.zeros(len(people), np.int64)
    unpriced = np.zeros(len(people), np.bool_)
    for code, minutes in people.specialist_minutes_per_day.items():
        distinct, place = np.unique(minutes, return_inverse=True)
        lines = [costed_line(SupportNeed(code, code, int(most)), card) if most else None for most in distinct]
        pence += np.asarray([0 if line is None else line.pence_per_year for line in lines], np.int64)[place]
        if code not in card.rates:
            unpriced |= minutes > 0
    return pence, unpriced
