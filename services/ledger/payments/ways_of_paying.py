"""How money is paid out that is held in a way, and when by what its award says."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from braid.contracts.award import Cadence
from braid.kit.strict_yaml import read_yaml
from services.ledger.domain.payments.payees import PayeeKind
from services.ledger.domain.payments.periods import Every
from services.ledger.domain.payments.plans_in_force import Way
from services.ledger.domain.payments.schedules import ContributionPaid


@dataclass(frozen=True)
class WayOfPaying:
    """How money goes that is held in a way.

    Args:
        payee_kind: whose account it goes to; none where the council buys itself.
        contribution: what becomes of the person's own share.
        source: where that is from.
        is_confirmed: whether the source was seen.
    """

    payee_kind: PayeeKind | None
    contribution: ContributionPaid
    source: str
    is_confirmed: bool


@dataclass(frozen=True)
class Turns:
    """How often a schedule pays, and whether before the days that it pays for."""

    every: Every
    in_advance: bool


#: How often what is paid in advance is paid is a council's choice (``PaymentSettings``); four weeks are the norm.
#: What is not here pays by no schedule: on receipts, on certificates, or in things.
TURNS: Mapping[Cadence, Turns] = {
    Cadence.FOUR_WEEKLY_IN_ADVANCE: Turns(Every.FOUR_WEEKS, in_advance=True),
    Cadence.FOUR_WEEKLY: Turns(Every.FOUR_WEEKS, in_advance=False),
}


@cache
def ways_of_paying() -> Mapping[Way, WayOfPaying]:
    """Each way's rule, as its file tells it."""
    told = read_yaml((resources.files(__package__) / "ways_of_paying.yaml").read_text())
    return {
        Way(row["way"]): WayOfPaying(
            PayeeKind(row["payee_kind"]) if row["payee_kind"] else None,
            ContributionPaid(row["contribution"]),
            row["source"],
            row["is_confirmed"],
        )
        for row in told
    }
