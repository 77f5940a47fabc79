"""A scenario: what another table, other prices or a protection rule would do to everybody, before anybody decides.

Source:
    Equality Act 2010 s.149: a council has due regard to who wins and who loses before a table applies. Facts from
    Florida's study of 2025: holding everybody harmless cost 13 to 52 per cent of all spending, so protection is priced.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from services.ras.domain.allocation import AllocationTable
from services.ras.domain.sums import WEEKS_PER_YEAR, rounded_half_up
from services.ras.domain.tables import MoneyTable
from services.ras.population.people import Flags, People, Whole
from services.ras.simulation.protection import YearOfProtection, lawful_targets, priced
from services.ras.simulation.protection_rule import Protection
from services.ras.simulation.whole_population import Allocations, allocations

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
        uplift: every sum of the table is multiplied by this, exactly: other prices.
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
    """Winners and losers among some people; pence a year. People without a figure are counted and not compared."""

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


def simulate(people: People, question: Question, progress: Callable[[int], None] = lambda _: None) -> Scenario:
    """Work a scenario out for a whole population.

    Args:
        progress: told how many more people are done.

    Raises:
        NothingToCompare: neither sums nor a table to compare with.
        AnswerUnknown: an answer that a table does not have.
    """
    table = replace(question.table, money=question.table.money.uprated(question.uplift))
    figures = in_chunks(table, people, progress)
    before = _before(people, question)
    wanted = np.where(figures.calculated, figures.pence_per_year, before)
    after, refused = lawful_targets(before, wanted, people.reassessed) if question.before is None else _all(wanted)
    costs = None if people.pence_per_week is None else people.pence_per_week * WEEKS_PER_YEAR
    return Scenario(
        question=question,
        before=before,
        allocations=figures,
        after=after,
        refused=refused,
        groups=tuple(_by_group(people, before, after, figures.calculated)),
        deciles=tuple(_by_decile(before, after, figures.calculated)),
        covered=None if costs is None else int((figures.calculated & (figures.pence_per_year >= costs)).sum()),
        total_pence=int(after.sum()),
        cliffs=cliffs(table.money)[:CLIFFS_SHOWN],
        years=tuple(priced(before, after, question.protection)) if question.protection else (),
    )


def in_chunks(table: AllocationTable, people: People, progress: Callable[[int], None] = lambda _: None) -> Allocations:
    """Put a figure on everybody, some people at a time."""
    parts = []
    for start in range(0, len(people), CHUNK):
        chunk = people.chosen(slice(start, start + CHUNK))
        parts.append(allocations(table, chunk))
        progress(len(chunk))
    return Allocations(
        np.concatenate([part.points_thousandths for part in parts]),
        np.concatenate([part.pence_per_year for part in parts]),
        np.concatenate([part.lines_pence_per_year for part in parts]),
        np.concatenate([part.why_a_person for part in parts]),
    )


def cliffs(money: MoneyTable) -> tuple[Step, ...]:
    """What each next whole point adds, the largest first; the last score of the table may be a part of a point."""
    sums = [money.exact_pence_per_year(Fraction(points)) or Fraction(0) for points in range(int(money.points_max) + 1)]
    steps = [Step(at, rounded_half_up(after - before)) for at, (before, after) in enumerate(pairwise(sums), 1)]
    return tuple(sorted(steps, key=lambda step: (-step.pence_per_year, step.at_points)))


def _before(people: People, question: Question) -> Whole:
    if question.before is not None:
        earlier = in_chunks(question.before, people)
        if people.pence_per_week is None:
            return earlier.pence_per_year
        return np.where(earlier.calculated, earlier.pence_per_year, people.pence_per_week * WEEKS_PER_YEAR)
    if people.pence_per_week is None:
        raise NothingToCompare("the people have no pence_per_week, and no table to compare with was named")
    return people.pence_per_week * WEEKS_PER_YEAR


def _all(targets: Whole) -> tuple[Whole, Flags]:
    """Two tables are compared as tables: no sum that anybody has falls."""
    return targets, np.zeros(len(targets), np.bool_)


def _by_group(people: People, before: Whole, after: Whole, calculated: Flags) -> Iterator[Change]:
    yield _change("everybody", before, after, calculated)
    for code, group in enumerate(people.user_group.values):
        yield _change(group, before, after, calculated, people.user_group.codes == code)


def _by_decile(before: Whole, after: Whole, calculated: Flags) -> Iterator[Change]:
    place = np.empty(len(before), np.int64)
    place[np.argsort(before, kind="stable")] = np.arange(len(before))
    tenth = place * DECILES // len(before)
    for number in range(DECILES):
        yield _change(f"tenth {number + 1}", before, after, calculated, tenth == number)


def _change(name: str, before: Whole, after: Whole, calculated: Flags, who: NDArray[np.bool_] | None = None) -> Change:
    chosen = np.ones(len(before), np.bool_) if who is None else who
    was, will = before[chosen & calculated], after[chosen & calculated]
    moved = will - was
    far = np.abs(moved) * TEN_PER_CENT > was
    return Change(
        name=name,
        people=int(chosen.sum()),
        for_a_person=int((chosen & ~calculated).sum()),
        winners=int((moved > 0).sum()),
        losers=int((moved < 0).sum()),
        winners_above_a_tenth=int((far & (moved > 0)).sum()),
        losers_above_a_tenth=int((far & (moved < 0)).sum()),
        gained_pence=int(moved[moved > 0].sum()),
        lost_pence=-int(moved[moved < 0].sum()),
        before_pence=int(was.sum()),
        after_pence=int(will.sum()),
    )


def changes_as_rows(changes: Sequence[Change]) -> list[Mapping[str, str | int]]:
    """Changes as rows of a table."""
    return [vars(change) for change in changes]
