"""Whether money may move from one fund to another.

A stream's money is given for that stream's purpose and stays its own: no entry ever makes it another's. Within a stream
it moves only where the law gives the person one sum: a personal budget under the Care Act 2014, s 26, which a council
may keep in several parts such as a contingency. A grant for works, or an award for named support at work, is made for
its own purpose, and a change of it is the funder's decision.
"""

from dataclasses import dataclass
from datetime import date

from services.ledger.domain.in_words import day

#: Streams whose funds of one person are parts of one sum.
_ONE_SUM = frozenset({"adult_social_care"})


class TransferNotAllowed(Exception):
    """The law does not let this money move."""


@dataclass(frozen=True)
class Side:
    """A fund that gives or takes.

    Args:
        name: of the fund's stream, as people know it.
        starts_on, ends_on: days that its money covers, both counted.
    """

    stream: str
    name: str
    starts_on: date
    ends_on: date


def check_transfer(giver: Side, taker: Side, on: date) -> None:
    """Refuse a transfer that the law does not allow.

    Raises:
        TransferNotAllowed: the funds are of two streams, or of one whose awards stand by themselves, or a fund's days
            do not hold the day.
    """
    if giver.stream != taker.stream:
        raise TransferNotAllowed(f"{giver.name} money is given for its own purpose, and cannot become {taker.name}.")
    if giver.stream not in _ONE_SUM:
        raise TransferNotAllowed(f"Each award of {giver.name} is for what it was made for: its funder may change it.")
    for side in (giver, taker):
        if not side.starts_on <= on <= side.ends_on:
            raise TransferNotAllowed(
                f"{day(on)} is outside the fund's days, {day(side.starts_on)} to {day(side.ends_on)}."
            )
