"""What awards come to over days, by stream: each later version takes the place of those before it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.outcomes.domain.told import AwardTold, Told

CONFIRMED, INDICATIVE, NOT_ELIGIBLE = "confirmed", "indicative", "not_eligible"
#: Paid once, when the work is done: on no day more than on another.
ON_COMPLETION = "on_completion"
#: A value, and no money that could be spent.
IN_KIND = "in_kind"
_A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Days:
    """From a first day to a last one, both included."""

    first: date
    last: date

    def within(self, other: "Days") -> "Days | None":
        """The days that are in both."""
        first, last = max(self.first, other.first), min(self.last, other.last)
        return Days(first, last) if first <= last else None

    @property
    def count(self) -> int:
        """How many they are."""
        return (self.last - self.first).days + 1


def versions(told: Told, stream: str) -> list[AwardTold]:
    """Versions of a stream's award, the oldest first."""
    return sorted((one for one in told.awards if one.stream == stream), key=lambda one: one.version)


def in_force(made: Sequence[AwardTold]) -> Iterator[tuple[AwardTold, Days]]:
    """Each version with the days on which it holds: up to the day before a later one begins."""
    for place, one in enumerate(made):
        last = min([one.ends_on, *(later.starts_on - _A_DAY for later in made[place + 1 :])])
        if one.starts_on <= last:
            yield one, Days(one.starts_on, last)


def confirmed_pence(made: Sequence[AwardTold], days: Days) -> int:
    """Confirmed money for some days, rounded down to the penny for each version.

    What is paid on completion counts whole, in the days in which its award begins; what is given in kind is no money.
    """
    total = 0
    for one, held in in_force(made):
        if one.status != CONFIRMED or one.cadence == IN_KIND:
            continue
        if one.cadence == ON_COMPLETION:
            total += one.amount_pence if days.first <= one.starts_on <= days.last else 0
        elif here := held.within(days):
            total += one.amount_pence * here.count // Days(one.starts_on, one.ends_on).count
    return total


def since(made: Sequence[AwardTold]) -> date:
    """The day on which the award came into the state that it is in."""
    first = made[-1]
    for one in reversed(made):
        if one.status != first.status:
            break
        first = one
    return first.rules_as_of
