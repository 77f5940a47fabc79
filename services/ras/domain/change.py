"""What moved this person's figure since the last one, need and price apart, to the penny.

Each cause has the average of what it adds over every order in which the causes could have come (the Shapley value), so
that no order is favoured and the parts add up to the whole exactly. A notice that lists what *may* move a budget is no
reason; this lists what moved this one, and by how much.

Source:
    R (Davey) v Oxfordshire [2017] EWHC 354 (Admin): hours and rates told apart. K.W. v Armstrong (D. Idaho, 2012): a
    notice must say what moved this budget. Shapley, A Value for n-Person Games (1953).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations
from math import factorial

from services.ras.domain.allocation import AgreedNeed, AllocationTable, Outcome, allocate
from services.ras.domain.errors import AnswerUnknown, NoFigureToCompare
from services.ras.domain.needs_by_day import ON_SUCH_A_DAY, Answers, of_the_day
from services.ras.domain.points import question_points
from services.ras.domain.sums import plain_number, rounded_whole

NEED, HELP, DAYS, SUPPORT, PRICE = "need", "help", "days", "specialist_support", "table_and_prices"
CAUSES = {
    NEED: "Your answers about what you need",
    HELP: "Help from family and friends that counts",
    DAYS: "How often good and bad days come",
    SUPPORT: "Specialist support that is named",
    PRICE: "The council's table and prices",
}


@dataclass(frozen=True)
class Cause:
    """One cause and what it moved; pence, below nothing where it took away."""

    code: str
    text: str
    pence: int


@dataclass(frozen=True)
class AnswerChange:
    """An answer that is not what it was; points before help, by the table of now."""

    question_id: str
    label: str
    before: str
    now: str
    points_thousandths: int


@dataclass(frozen=True)
class Change:
    """What moved a figure; pence a year. The causes add up to the change exactly."""

    before_pence_per_year: int
    now_pence_per_year: int
    causes: tuple[Cause, ...]
    answers: tuple[AnswerChange, ...]


def apart(causes: Sequence[str], worth: Callable[[frozenset[str]], Fraction]) -> dict[str, Fraction]:
    """Tell causes apart.

    Args:
        worth: the figure when those causes have come and the others have not.

    Returns:
        What each cause moved; together exactly ``worth`` of all less ``worth`` of none.
    """
    known: dict[frozenset[str], Fraction] = {}

    def figure(come: frozenset[str]) -> Fraction:
        if come not in known:
            known[come] = worth(come)
        return known[come]

    found = {}
    for cause in causes:
        others = [other for other in causes if other != cause]
        found[cause] = sum(
            (
                Fraction(factorial(size) * factorial(len(others) - size), factorial(len(causes)))
                * (figure(frozenset(come) | {cause}) - figure(frozenset(come)))
                for size in range(len(causes))
                for come in combinations(others, size)
            ),
            Fraction(0),
        )
    return found


def hours_and_rate(hours: tuple[Fraction, Fraction], rate: tuple[Fraction, Fraction]) -> dict[str, int]:
    """Split the change of hours times rate into what the hours did and what the rate did; whole pence.

    Args:
        hours: before and now.
        rate: pence an hour, before and now.
    """
    moved = apart(("hours", "rate"), lambda come: hours["hours" in come] * rate["rate" in come])
    return rounded_whole(moved)


def change(before: tuple[AllocationTable, AgreedNeed], now: tuple[AllocationTable, AgreedNeed]) -> Change:
    """Say what moved the figure from one allocation to the next.

    Raises:
        NoFigureToCompare: one of the figures, or one on the way between them, is a person's to find.
    """
    (table_before, need_before), (table_now, need_now) = before, now

    def figure(come: frozenset[str]) -> Fraction:
        answered = need_now if NEED in come else need_before
        helped = need_now if HELP in come else need_before
        need = AgreedNeed(
            answered.answers,
            helped.informal_help,
            helped.willing_and_able,
            (need_now if SUPPORT in come else need_before).specialist_support,
            (need_now if DAYS in come else need_before).day_profiles,
            answered.answers_by_day,
        )
        return Fraction(_pence(table_now if PRICE in come else table_before, need))

    differing = [cause for cause in CAUSES if _differs(cause, before, now)]
    pence = rounded_whole(apart(differing, figure))
    return Change(
        before_pence_per_year=_pence(*before),
        now_pence_per_year=_pence(*now),
        causes=tuple(Cause(cause, CAUSES[cause], pence[cause]) for cause in differing),
        answers=tuple(_answers(table_now, need_before, need_now)),
    )


def _pence(table: AllocationTable, need: AgreedNeed) -> int:
    try:
        allocation = allocate(table, *need)
    except AnswerUnknown as error:
        raise NoFigureToCompare("the two assessments ask different questions") from error
    if allocation.outcome is not Outcome.CALCULATED:
        raise NoFigureToCompare("a person finds one of the figures, or one on the way between them")
    return allocation.pence_per_year


def _differs(cause: str, before: tuple[AllocationTable, AgreedNeed], now: tuple[AllocationTable, AgreedNeed]) -> bool:
    (table_before, old), (table_now, new) = before, now
    return {
        NEED: (dict(old.answers), dict(old.answers_by_day)) != (dict(new.answers), dict(new.answers_by_day)),
        HELP: (dict(old.informal_help), old.willing_and_able) != (dict(new.informal_help), new.willing_and_able),
        DAYS: list(old.day_profiles) != list(new.day_profiles),
        SUPPORT: list(old.specialist_support) != list(new.specialist_support),
        PRICE: (table_before.table_id, table_before.version) != (table_now.table_id, table_now.version),
    }[cause]


def _answers(table: AllocationTable, before: AgreedNeed, now: AgreedNeed) -> Iterable[AnswerChange]:
    yield from _changes(table, before.answers, now.answers)
    for kind in dict.fromkeys((*before.answers_by_day, *now.answers_by_day)):
        told = [need.answers_by_day.get(kind, {}) for need in (before, now)]
        old, new = (of_the_day(need.answers, differing) for need, differing in zip((before, now), told, strict=True))
        for changed in _changes(table, old, new):
            if any(changed.question_id in differing for differing in told):
                yield replace(changed, label=f"{ON_SUCH_A_DAY[kind]}, {changed.label}")


def _changes(table: AllocationTable, before: Answers, now: Answers) -> Iterable[AnswerChange]:
    for question in table.scoring.questions:
        old, new = (tuple(answers.get(question.question_id, ())) for answers in (before, now))
        if set(old) != set(new):
            moved = question_points(question, now) - question_points(question, before)
            yield AnswerChange(
                question.question_id, question.label, question.told(old), question.told(new), int(moved * 1000)
            )


def in_words(moved: AnswerChange) -> str:
    """Write the change of an answer as one line."""
    points = Fraction(moved.points_thousandths, 1000)
    sign = "+" if points >= 0 else "-"
    return f"{moved.label}: was “{moved.before}”, is “{moved.now}” ({sign}{plain_number(abs(points))} points)"
