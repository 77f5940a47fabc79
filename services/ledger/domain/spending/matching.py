"""Which item of the plan a payment is for: a score that explains itself, and a person where two come close."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from difflib import SequenceMatcher
from uuid import UUID

from services.ledger.domain.in_words import day, pounds
from services.ledger.domain.spending.money_out import Spend, words_of_name
from services.ledger.domain.spending.planned_items import ItemCadence, PlannedItem
from services.ledger.domain.spending.settings import SpendingSettings

#: What a match needs in all, and how far it must be ahead of the next.
POINTS_NEEDED = 50
POINTS_AHEAD = 10

#: Nearly the same name: a slip of the pen, and not another firm.
_ALIKE = 0.85
#: One payment may settle several times at once, such as four weeks together.
_TIMES_AT_ONCE = 5


@dataclass(frozen=True)
class Evidence:
    """One thing that speaks for a match."""

    points: int
    words: str


@dataclass(frozen=True)
class Candidate:
    """An item that a payment may be for, with what speaks for it."""

    item_id: UUID
    evidence: tuple[Evidence, ...]

    @property
    def points(self) -> int:
        """All evidence together, out of 115."""
        return sum(one.points for one in self.evidence)


@dataclass(frozen=True)
class Match:
    """What matching found.

    Args:
        item_id: the item, where one is clearly ahead; None where a person must say.
        candidates: every item that could be meant, the likeliest first; ties by id.
    """

    item_id: UUID | None
    candidates: tuple[Candidate, ...]


def match(spend: Spend, items: Iterable[PlannedItem], settings: SpendingSettings) -> Match:
    """Find the item that a payment is for.

    Who was paid or what the payment refers to must speak for an item; sum and date alone never do. A match needs
    `POINTS_NEEDED`, and `POINTS_AHEAD` more than the next.
    """
    scored = (Candidate(item.item_id, tuple(_evidence(spend, item, settings))) for item in items)
    candidates = sorted(
        (one for one in scored if one.points >= POINTS_NEEDED), key=lambda one: (-one.points, one.item_id)
    )
    is_clear = bool(candidates) and (
        len(candidates) == 1 or candidates[0].points - candidates[1].points >= POINTS_AHEAD
    )
    return Match(candidates[0].item_id if is_clear else None, tuple(candidates))


def _evidence(spend: Spend, item: PlannedItem, settings: SpendingSettings) -> list[Evidence]:
    slack = timedelta(days=settings.days_around)
    if not item.starts_on - slack <= spend.value_date <= item.ends_on + slack:
        return []
    who = [one for one in (_payee(spend, item), _reference(spend, item)) if one]
    if not who:
        return []
    others = (_amount(spend, item, settings), _date(spend, item, settings))
    return who + [one for one in others if one]


def _payee(spend: Spend, item: PlannedItem) -> Evidence | None:
    paid = words_of_name(spend.payee)
    best: Evidence | None = None
    for name in item.payees:
        planned = words_of_name(name)
        found = _same_name(paid, planned, name)
        if found and (best is None or found.points > best.points):
            best = found
    return best


def _same_name(paid: Sequence[str], planned: Sequence[str], name: str) -> Evidence | None:
    if not paid or not planned:
        return None
    if paid == planned:
        return Evidence(45, f"The payee is {name}.")
    if set(planned) <= set(paid):
        return Evidence(40, f"The payee's name holds {name}.")
    matcher = SequenceMatcher(None, " ".join(paid), " ".join(planned), autojunk=False)
    # Cheap upper bounds first: most names are nothing like each other.
    if matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE:
        return Evidence(30, f"The payee's name is nearly {name}.")
    return None


def _reference(spend: Spend, item: PlannedItem) -> Evidence | None:
    told = f" {' '.join(words_of_name(f'{spend.reference} {spend.payee}'))} "
    for reference in item.references:
        wanted = " ".join(words_of_name(reference))
        if wanted and f" {wanted} " in told:
            return Evidence(40, f"It carries the reference {reference}.")
    return None


def _amount(spend: Spend, item: PlannedItem, settings: SpendingSettings) -> Evidence | None:
    pence = abs(spend.pence)
    if pence == item.pence:
        return Evidence(20, f"The sum is the {pounds(item.pence)} that is due.")
    times, rest = divmod(pence, item.pence)
    if not rest and times <= _TIMES_AT_ONCE and item.cadence is not ItemCadence.ONE_OFF:
        return Evidence(15, f"The sum is {times} times the {pounds(item.pence)} that is due.")
    tolerance = max(settings.amount_tolerance_pence, item.pence * settings.amount_tolerance_percent // 100)
    if abs(pence - item.pence) <= tolerance:
        return Evidence(12, f"The sum is within {pounds(tolerance)} of the {pounds(item.pence)} that is due.")
    return None


def _date(spend: Spend, item: PlannedItem, settings: SpendingSettings) -> Evidence | None:
    nearest = item.nearest_due_day(spend.value_date)
    if abs((spend.value_date - nearest).days) <= settings.days_around:
        return Evidence(10, f"It was due on {day(nearest)}.")
    return Evidence(5, "It is within the item's dates.") if item.starts_on <= spend.value_date <= item.ends_on else None


def told_twice(
    spend: Spend, others: Iterable[Spend], item: PlannedItem | None, settings: SpendingSettings
) -> Spend | None:
    """Another payment that may be this very one told twice, the earliest by id; None where none is suspect.

    Two alike from two sources within some days are suspect; two alike from one source only where the item they are
    for is not due so often.
    """
    alike = (
        other
        for other in others
        if other.spend_id != spend.spend_id
        and other.pence == spend.pence
        and abs((other.value_date - spend.value_date).days) <= settings.same_payment_days
        and words_of_name(other.payee) == words_of_name(spend.payee)
    )
    spacing = item.days_between if item else 0
    suspect = (
        other
        for other in alike
        if other.source is not spend.source or spacing > abs((other.value_date - spend.value_date).days) + 1
    )
    return min(suspect, key=lambda other: other.spend_id, default=None)
