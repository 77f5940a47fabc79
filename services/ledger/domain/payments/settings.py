"""What a council may set about paying, with its default and bounds."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.ledger.domain.payments.periods import Every
from services.ledger.domain.spending.settings import Bounds

_EVERY: Mapping[int, Every] = {12: Every.MONTH, 13: Every.FOUR_WEEKS, 52: Every.WEEK}


@dataclass(frozen=True)
class PaymentSettings:
    """How a council pays.

    Args:
        turns_a_year: how often it pays what awards pay in advance. What is paid after its weeks is paid as its funder
            says. Councils commonly pay every four weeks; no law names a figure.
    """

    turns_a_year: int = 13

    @property
    def in_advance_every(self) -> Every:
        """How often what is paid in advance comes round."""
        return _EVERY[self.turns_a_year]


PAYMENT_BOUNDS: Mapping[str, Bounds] = {
    "turns_a_year": Bounds(
        12,
        52,
        "How often what awards pay in advance is paid: 52 each week, 13 every four weeks, 12 each month. It counts for"
        " schedules that open from then on.",
        only=tuple(_EVERY),
    ),
}
