"""What the field's own rules say of a plan: each finding with its reason and its source."""

from dataclasses import dataclass
from enum import StrEnum


class Weight(StrEnum):
    """What follows from a finding.

    ``stops``: the plan cannot be handed in so. ``asks``: whoever approves must answer it. ``notes``: good to know.
    """

    STOPS = "stops"
    ASKS = "asks"
    NOTES = "notes"


@dataclass(frozen=True)
class Rule:
    """A rule of law, guidance or council policy as it stands on a day.

    Args:
        numbers: its figures by name, each with its unit in the name.
        unconfirmed: no source of ours confirms it; the person is told.
    """

    code: str
    text: str
    citation: str
    unconfirmed: bool
    numbers: dict[str, int]


@dataclass(frozen=True)
class Finding:
    """Something that a rule says of a plan.

    Args:
        item_ids: the items that it is about.
        pence: the sum that it is about, where there is one.
        mend: what would answer it.
    """

    code: str
    weight: Weight
    text: str
    item_ids: tuple[str, ...] = ()
    citation: str = ""
    unconfirmed: bool = False
    mend: str = ""
    pence: int | None = None
