"""Who may be told which events: a council's systems all of its own, an agency the awards that wait for its word.

An agency that has Kafka reads nothing of a person but what it told itself (docs/partners.md), and by REST it sees the
award that its decision settles and nothing else. The same holds here: of awards on its own streams it is told what was
awarded, and neither the working nor which facts there are.
"""

from collections.abc import Collection, Mapping
from typing import Any

AWARD_DECIDED = "uk.braid.award.decided.v1"
TEST = "uk.braid.webhook.test.v1"

#: What an agency may ask for. Of an erasure it is told without asking, where it was told of the person.
OF_AGENCIES = frozenset({AWARD_DECIDED})
#: Parts of an award that say how it was worked out, and from what; an agency finds them empty.
WORKING = ("trace", "missing_facts", "unconfirmed")


class MayNotBeTold(Exception):
    """Somebody asks for events that they may not be told, or that there are not."""


def require_may_be_told(event_types: Collection[str], known: Collection[str], *, is_agency: bool) -> None:
    """Refuse a wish for events.

    Args:
        event_types: what is asked for.
        known: what a council's system may ask for.
        is_agency: whether an agency asks.

    Raises:
        MayNotBeTold: one of them is not theirs to hear.
    """
    may = OF_AGENCIES & set(known) if is_agency else set(known)
    refused = sorted(set(event_types) - may)
    if refused:
        raise MayNotBeTold(f"You cannot be told of {', '.join(refused)}. You can of: {', '.join(sorted(may))}.")


def for_agency(award: Mapping[str, Any]) -> dict[str, Any]:
    """An award as an agency is told it: of the same form, without its working."""
    return {**award, **{part: [] for part in WORKING}}
