"""A scenario: what another table, other prices or a protection rule would do to everybody, before anybody decides.

Source:
    Equality Act 2010 s.149: a council has due regard to who wins and who loses before a table applies. Facts from
    Florida's study of 2025: holding everybody harmless cost 13 to 52 per cent of all spending, so protection is priced.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np

from services.ras.domain.allocation import AllocationTable
from services.ras.domain.sums import rounded_half_up
from services.ras.domain.tables import MoneyTable
from services.ras.population.people import Flags, People, Whole
from services.ras.simulation.protection import YearOfProtection, lawful_targets, priced
from services.ras.simulation.protection_rule import Protection
from services.ras.simulation.scoring import must_know_all
from services.ras.simulation.whole_population import Allocations, WholePopulation

#: People are worked on so many at a time: memory stays flat, and a long run can show how far it is.
CHUNK = 100_000
DECILES = 10
TEN_PER_CENT = 10
CLIFFS_SHOWN = 10


@dataclass(frozen=True)
class Question:
    """What to try out.

    Args:
        table: the table to apply.
        before: the table to compare with; None compares with what people's packages cost now.
        uplift: every sum of the table is multiplied by this, exactly: other prices. Hourly rates stay as they are.
        protection: None where every figure applies at once.
        budget_pence_per_year: what there is to spend; None where nobody said.
    """

    table: AllocationTable
    before: AllocationTable | None = None
    uplift: Fraction = Fraction(1)
    protection: Protection | None = None
    budget_pence_per_year: int | None = None


@dataclass(frozen=True)
class Change:
    """Winners and losers among some people; pence a year. People without a figure are counted and not compared.

    Args:
        costed_hours_pence: what the hours that the answers stand for would cost; None where the table has no hours.
        gap_pence: the table's figures less that: below nothing where figures buy less than the hours.
        below_costed_hours: whose figure buys less than the hours.
    """

    name: str
    people: int
    for_a_person: int
    winners: int
    losers: int
    winners_above_a_tenth: int
    losers_above_a_tenth: int
    gained_pence: int
    lost_pence: int
    before_pence: int
    after_pence: int
    costed_hours_pence: int | None
    gap_pence: int | None
    below_costed_hours: int | None


@dataclass(frozen=True)
class Step:
    """A cliff: what one more point adds, pence a year."""

    at_points: int
    pence_per_year: int


@dataclass(frozen=True)
class Scenario:
    """What would happen; pence a year.

    Args:
        before: everybody's sum now, or by the table before.
        after: everybody's figure; where a person must look, the sum before stands in for it.
        refused: a reduction that no reassessment allows; the sum stays.
        groups: winners and losers by user group; the first is everybody.
        deciles: the same by tenths of the sum before, the lowest first.
        covered: how many figures are at least what the package costs; None without costs.
        total_pence: the sum of ``after``: figures, and sums before where a person must look.
        years: the protection, priced; empty without one.
    """

    question: Question
    before: Whole
    allocations: Allocations
    after: Whole
    refused: Flags
    groups: tuple[Change, ...]
    deciles: tuple[Change, ...]
    covered: int | None
    total_pence: int
    cliffs: tuple[Step, ...]
    years: tuple[YearOfProtection, ...]


class NothingToCompare(Exception):
    """The people have no sums yet, and no table to compare with was named."""


def simulate(
    people: People,
    question: Question,
    progress: Callable[[int], None] = lambda _: None,
    rows_at_once: int | None = None,
) -> Scenario:
    """Work a scenario out for a whole population.

    Args:
        progress: told how many more people are done.
        rows_at_once: people are worked on so many at a time; `CHUNK` if left out.

    Raises:
        NothingToCompare: neither sums nor a table to compare with.
        NotInTheTable: answers that a table does not have, each with its first row.
    """
    for one in (question.table, question.before):
        if one is not None:
            must_know_all(one.scoring, people)
    table = replace(question.table, money=question.table.money.uprated(question.uplift))
    figures = in_chunks(table, people, progress, rows_at_once)
    before = _before(people, question)
    wanted = np.where(figures.calculated, figures.pence_per_year, before)
    after, refused = lawful_targets(before, wanted, people.reassessed) if question.before is None else _all(wanted)
    costs = people.pence_per_year
    return Scenario(
        question=question,
        before=before,
        allocations=figures,
        after=after,
        refused=refused,
        groups=tuple(_by_group(people, before, after, figures)),
        deciles=tuple(_by_decile(before, after, figures)),
        covered=None if costs is None else int((figures.calculated & (figures.pence_per_year >= costs)).sum()),
        total_pence=int(after.sum()),
        cliffs=cliffs(table.money)[:CLIFFS_SHOWN],
        years=tuple(priced(before, after, question.protection)) if question.protection else (),
    )


def in_chunks(
    table: AllocationTable,
    people: People,
    progress: Callable[[int], None] = lambda _: None,
    rows_at_once: int | None = None,
) -> Allocations:
    """Put a figure on everybody, some people at a time."""
    whole = WholePopulation(table)
    parts, most = [], rows_at_once or CHUNK
    for start in range(0, len(people), most):
        chunk = people.chosen(slice(start, start + most))
        parts.append(whole.allocations(chunk))
        progress(len(chunk))
    return Allocations.joined(parts)


def cliffs(money: MoneyTable) -> tuple[Step, ...]:
    """What each next whole point adds, the largest first; the last score of the table may be a part of a point."""
    sums = [money.exact_pence_per_year(Fraction(points)) or Fraction(0) for points in range(int(money.points_max) + 1)]
    steps = [Step(at, rounded_half_up(after - before)) for at, (before, after) in enumerate(pairwise(sums), 1)]
    return tuple(sorted(steps, key=lambda step: (-step.pence_per_year, step.at_points)))


def _before(people: People, question: Question) -> Whole:
    now = people.pence_per_year
    if question.before is not None:
        earlier = in_chunks(question.before, people)
        return earlier.pence_per_year if now is None else np.where(earlier.calculated, earlier.pence_per_year, now)
    if now is None:
        raise NothingToCompare("the people have no sums, and no table to compare with was named")
    return now


def _all(targets: Whole) -> tuple[Whole, Flags]:
    """Two tables are compared as tables: no sum that anybody has falls."""
    return targets, np.zeros(len(targets), np.bool_)


def _by_group(people: People, before: Whole, after: Whole, figures: Allocations) -> Iterator[Change]:
    yield _change("everybody", before, after, figures, np.ones(len(before), np.bool_))
    for code, group in enumerate(people.user_group.values):
        yield _change(group, before, after, figures, people.user_group.codes == code)


def _by_decile(before: Whole, after: Whole, figures: Allocations) -> Iterator[Change]:
    place = np.empty(len(before), np.int64)
    place[np.argsort(before, kind="stable")] = np.arange(len(before))
    tenth = place * DECILES // len(before)
    for number in range(DECILES):
        yield _change(f"tenth {number + 1}", before, after, figures, tenth == number)


def _change(name: str, before: Whole, after: Whole, figures: Allocations, who: Flags) -> Change:
    compared = who & figures.calculated
    was, will = before[compared], after[compared]
    moved = will - was
    far = np.abs(moved) * TEN_PER_CENT > was
    hours = figures.costed_hours_pence_per_year
    gap = None if hours is None else figures.pence_per_year[compared] - hours[compared]
    return Change(
        name=name,
        people=int(who.sum()),
        for_a_person=int((who & ~figures.calculated).sum()),
        winners=int((moved > 0).sum()),
        losers=int((moved < 0).sum()),
        winners_above_a_tenth=int((far & (moved > 0)).sum()),
        losers_above_a_tenth=int((far & (moved < 0)).sum()),
        gained_pence=int(moved[moved > 0].sum()),
        lost_pence=-int(moved[moved < 0].sum()),
        before_pence=int(was.sum()),
        after_pence=int(will.sum()),
        costed_hours_pence=None if hours is None else int(hours[compared].sum()),
        gap_pence=None if gap is None else int(gap.sum()),
        below_costed_hours=None if gap is None else int((gap < 0).sum()),
    )
