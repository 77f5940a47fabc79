"""The end of a fund's year: what its stream's rule carries over, and what is left for somebody to decide on."""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from uuid import UUID, uuid5

from braid.kit.strict_yaml import read_yaml
from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain import postings
from services.ledger.domain.payments.year_end import NoYearEndRule, YearEnd, YearEndRule, year_end
from services.ledger.domain.postings import About
from services.ledger.domain.refusals import MEANING
from services.ledger.payments.fund_accounts import fund_account
from services.ledger.payments.journal import post_whole


class YearNotOver(Exception):
    """The fund's award has days left."""


class CarryOverNotPosted(Exception):
    """The journal refuses it, such as between two streams."""


@dataclass(frozen=True)
class YearEndAsked:
    """Which fund's year ends.

    Args:
        fund_id: the fund.
        next_fund_id: the fund of the next year, of the same stream.
        pence_per_week: the weekly rate at the end.
    """

    fund_id: UUID
    next_fund_id: UUID
    pence_per_week: int


@cache
def rules() -> dict[str, YearEndRule]:
    """Each stream's rule, as its file tells it."""
    told = read_yaml((resources.files(__package__) / "year_end_rules.yaml").read_text())
    return {row["stream"]: YearEndRule(**row) for row in told}


async def end_year(work: UnitOfWork, budget_id: UUID, asked: YearEndAsked) -> YearEnd:
    """Carry over what the rule lets stay; the rest stays in the old fund until somebody decides on it.

    The entry's id follows from the fund and its last day, so that a year is ended once.

    Raises:
        NoMoneyInFund: the budget has no such fund with confirmed money.
        YearNotOver: the award has days left.
        NoYearEndRule: nobody has said what becomes of the stream's money.
        CarryOverNotPosted: the journal refuses it, such as a second time.
    """
    fund = await fund_account(work, budget_id, asked.fund_id)
    if work.now.date() <= fund.award.to_on:
        raise YearNotOver(f"the award runs until {fund.award.to_on.isoformat()}")
    rule = rules().get(fund.stream)
    if rule is None:
        raise NoYearEndRule(f"there is no rule for {fund.stream}")
    ended = year_end(rule, unspent_pence=fund.available_pence, pence_per_week=asked.pence_per_week)
    if ended.carried_over_pence:
        taker = await fund_account(work, budget_id, asked.next_fund_id)
        about = About(
            entry_id=uuid5(fund.fund_id, f"year-end/{fund.award.to_on.isoformat()}"),
            budget_id=budget_id,
            value_date=taker.award.from_on,
            reason=" ".join(ended.working),
        )
        pence = ended.carried_over_pence
        entry = postings.carried_over(about, fund.part(pence), taker.part(pence))
        refused = await post_whole(work, [[entry]])
        if refused:
            raise CarryOverNotPosted(MEANING[refused[0]])
    return ended
