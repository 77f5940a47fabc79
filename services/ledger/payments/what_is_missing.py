"""What is missing for paying as the plan says, in words that say what to do about it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from uuid import UUID

from services.ledger.domain.in_words import day, pounds
from services.ledger.domain.payments.plan_funding import PaidOut
from services.ledger.domain.payments.plans_in_force import Route, Waiting, Way
from services.ledger.payments.matters import Matter, MatterCode
from services.ledger.payments.payees import PayeeNow
from services.ledger.payments.plan_money import PayingFund

_IN_WORDS: Mapping[Way, str] = {
    Way.DIRECT_PAYMENT: "a direct payment",
    Way.INDIRECT_PAYMENT: "an indirect payment",
    Way.TRUST: "a trust",
    Way.PROVIDER_ACCOUNT: "an account with a provider",
    Way.COUNCIL_MANAGED: "a budget that the council manages",
}


def plans_missing(unheard: Iterable[UUID]) -> Iterator[Matter]:
    """Plans of which no more is known than that their money is held otherwise."""
    for plan_id in unheard:
        words = "How the money of a plan is held was changed, and its approval is not known here: have it told again."
        yield Matter(MatterCode.PLAN_MISSING, str(plan_id), words)


def signatures_missing(waiting: Iterable[Waiting]) -> Iterator[Matter]:
    """Ways that pay nothing before something is signed."""
    for one in waiting:
        lacks = ", ".join(code.replace("_", " ") for code in one.still_to_sign) or "what it needs"
        meanwhile = "The money goes on as it was held before." if one.goes_on else "Nothing is paid so before that."
        words = f"Still to sign for {_named(one.route)} from {day(one.from_on)} on: {lacks}. {meanwhile}"
        yield Matter(MatterCode.AGREEMENTS_MISSING, f"{_about(one.route)}/{'on' if one.goes_on else 'off'}", words)


def account_missing(route: Route, payee: PayeeNow | None) -> Iterator[Matter]:
    """A way for which nobody has written down or confirmed an account."""
    if payee is None:
        whose = f"an account for {route.holder} as a third party" if route.holder else "the account"
        words = f"There is no account to pay into for {_named(route)}: write down {whose}, and have it confirmed."
        yield Matter(MatterCode.ACCOUNT_MISSING, _about(route), words)
    elif not payee.is_confirmed:
        words = f"Nobody has confirmed the account for {_named(route)}: a second person has to, before it is paid into."
        yield Matter(MatterCode.ACCOUNT_NOT_CONFIRMED, _about(route), words)


def money_missing(short_pence: int) -> Iterator[Matter]:
    """What no confirmed money pays."""
    if short_pence:
        words = f"No confirmed money pays {pounds(short_pence)} of what the approved plan costs."
        yield Matter(MatterCode.MONEY_MISSING, "plan", words)


def left_to_hand(sums: Iterable[PaidOut], funds: Mapping[UUID, PayingFund]) -> Iterator[Matter]:
    """What of the plan is left to a schedule that somebody opened by hand."""
    pence: dict[UUID, int] = defaultdict(int)
    for one in sums:
        pence[one.fund_id] += one.sum.pence
    for fund_id, left in pence.items():
        name = funds[fund_id].rules.fund.label
        words = (
            f"{pounds(left)} of the plan are left to a schedule of {name} that somebody opened by hand."
            " End that, and payments follow the plan."
        )
        yield Matter(MatterCode.PAID_BY_HAND, str(fund_id), words)


def _named(route: Route) -> str:
    return f"{_IN_WORDS[route.way]} ({route.holder})" if route.holder else _IN_WORDS[route.way]


def _about(route: Route) -> str:
    return f"{route.way.value}/{route.holder}"
