"""Who asks, and what is theirs: a council's system and operations see all of its subscriptions, an agency its own."""

from braid.kit.identity import COUNCIL_ROLES, Principal, Role
from braid.kit.problems import Problem
from services.webhooks.tables import SubscriptionRow

#: Operations see nobody's record elsewhere; here there is none to see.
_OF_THE_COUNCIL = COUNCIL_ROLES | {Role.OPERATIONS}


def party(caller: Principal) -> str | None:
    """The agency that asks; None where the council does.

    Raises:
        Problem: 403, a partner of no agency.
    """
    if caller.roles & _OF_THE_COUNCIL:
        return None
    if caller.agency is None:
        raise Problem(403, "no-agency", "The token names no agency", "A partner's token says for which agency it is.")
    return caller.agency


def require_own(row: SubscriptionRow, asking: str | None) -> None:
    """Let nobody change where another's events go; a council may end an agency's subscription, and not redirect it.

    Raises:
        Problem: 403, it is the agency's.
    """
    if row.agency != asking:
        detail = f"It is {row.agency}'s, who alone changes it. You can end it."
        raise Problem(403, "another-agency", "The subscription is an agency's", detail)
