"""The plan check: can all be paid with confirmed money, or once somebody confirms; if not, why, and what helps."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.ledger.domain.braiding.funding import Funding, fund
from services.ledger.domain.braiding.mends import Alternative, Mend, mends
from services.ledger.domain.braiding.plan import Plan
from services.ledger.domain.braiding.ports import Solvers
from services.ledger.domain.braiding.shortages import Shortage, shortages
from services.ledger.domain.in_words import pounds, together


@dataclass(frozen=True)
class Mended:
    """A shortage, with what would end it, cheapest first."""

    shortage: Shortage
    mends: tuple[Mend, ...]


@dataclass(frozen=True)
class PlanCheck:
    """What is told of a plan.

    Args:
        now: who pays what, of confirmed money.
        once_confirmed: who would pay what if every award were confirmed; None where confirmed money pays everything.
        awaiting: ids of the funds that must be confirmed for that.
        short: what is short of confirmed money.
        still_short: what would be short even then.
        text: both verdicts in words.
    """

    now: Funding
    once_confirmed: Funding | None
    awaiting: tuple[str, ...]
    short: tuple[Mended, ...]
    still_short: tuple[Shortage, ...]
    text: str

    @property
    def is_payable(self) -> bool:
        """Whether confirmed money pays everything."""
        return self.now.is_whole

    @property
    def is_payable_once_confirmed(self) -> bool:
        """Whether everything is paid, now or once the awaited awards are confirmed."""
        return self.now.is_whole or (self.once_confirmed is not None and self.once_confirmed.is_whole)


def check_plan(plan: Plan, solvers: Solvers, alternatives: Sequence[Alternative] = ()) -> PlanCheck:
    """Say whether a plan can be paid.

    Args:
        plan: with all funds, confirmed or not.
        alternatives: other ways of having its items.

    Raises:
        SolverFailed: a solver's answer does not stand up to being checked.
    """
    confirmed = plan.of_confirmed_money()
    unconfirmed = [one for one in plan.funds if not one.confirmed]
    now = fund(confirmed, solvers)
    if now.is_whole:
        return PlanCheck(now, None, (), (), (), f"Everything can be paid: {pounds(now.needed_pence)}.")
    then = fund(plan, solvers) if unconfirmed else None
    awaiting = _awaited(then) if then else ()
    short = tuple(
        Mended(one, mends(confirmed, one, solvers, alternatives=alternatives, whole=plan))
        for one in shortages(now, solvers, unconfirmed)
    )
    still = shortages(then, solvers) if then else ()
    return PlanCheck(now, then, awaiting, short, still, _in_words(now, then, awaiting))


def _awaited(then: Funding) -> tuple[str, ...]:
    """Unconfirmed money is used only where nothing else can pay, so what is used is what is awaited."""
    paying = {payment.fund_id for payment in then.payments}
    return tuple(one.fund_id for one in then.plan.funds if one.fund_id in paying and not one.confirmed)


def _in_words(now: Funding, then: Funding | None, awaiting: Sequence[str]) -> str:
    missing = pounds(now.unpaid_pence)
    if then is None or not awaiting:
        return f"{missing} of {pounds(now.needed_pence)} cannot be paid."
    labels = together([then.plan.fund(fund_id).label for fund_id in awaiting])
    confirms = "confirms" if len(awaiting) == 1 else "confirm"
    if then.is_whole:
        return f"Not payable yet: {missing} is missing. Payable once {labels} {confirms}."
    return f"{missing} cannot be paid now, and {pounds(then.unpaid_pence)} cannot even once {labels} {confirms}."
