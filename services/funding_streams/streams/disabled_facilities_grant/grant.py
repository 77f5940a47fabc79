"""The grant itself: cost, contribution, limit, what the council adds, and what is repaid when the home is sold.

Source:
    SI 2008/1189 (S151); General Consent 2008 (S178); Regulatory Reform Order 2002 (S181, S182).
"""

from datetime import date
from enum import StrEnum

from services.funding_streams.domain.figures import Dated, Figures
from services.funding_streams.domain.settling import MONTHS_PER_YEAR, months_after
from services.funding_streams.streams.disabled_facilities_grant.naming import figure_name


class LimitReading(StrEnum):
    """How the limit meets the person's contribution."""

    CAP_AMOUNT_PAID = "cap_amount_paid"
    LIMIT_LESS_CONTRIBUTION = "limit_less_contribution"


class Nation(StrEnum):
    """Where the grant is given, where limits differ."""

    ENGLAND = "england"
    WALES = "wales"


class Works:
    """Eligible works and who pays for them, in whole pence.

    Attributes:
        cost: of the works.
        contribution: assessed for the person.
        limit: the most that the grant can be.
        reading: how the limit meets the contribution.
        paid_by_person: what the person pays towards the works; never more than they cost.
        grant: what the law obliges the authority to pay; never below nothing, nor above cost or limit.
        top_up: what the council adds where grant and contribution do not meet the cost.
        not_met: what nobody pays yet.
    """

    def __init__(
        self,
        cost: int,
        contribution: int,
        limit: int,
        reading: LimitReading = LimitReading.CAP_AMOUNT_PAID,
        top_up_at_most: int = 0,
    ) -> None:
        """Work out who pays; ``top_up_at_most`` is the most that the council adds of its own, in pence."""
        self.cost, self.contribution, self.limit, self.reading = cost, contribution, limit, reading
        self.paid_by_person = min(cost, contribution)
        if reading is LimitReading.LIMIT_LESS_CONTRIBUTION:
            self.grant = max(0, min(cost, limit) - contribution)
        else:
            self.grant = max(0, min(cost - contribution, limit))
        self.top_up = min(top_up_at_most, cost - self.paid_by_person - self.grant)
        self.not_met = cost - self.paid_by_person - self.grant - self.top_up


def maximum_grant(figures: Figures, on: date, nation: Nation = Nation.ENGLAND) -> Dated:
    """Return the most that a grant can be on a day.

    Raises:
        NoValueInForce: none is loaded for the day.
    """
    return figures.at(figure_name("maximum" if nation is Nation.ENGLAND else "maximum_wales"), on)


def repayable(figures: Figures, grant_pence: int, tenure: str, certified_on: date, sold_on: date) -> int:
    """Return the most that may be asked back when the home is sold, in pence.

    Only an owner's grant can be charged on the home, and only what is above a first sum. Whether it is asked at all the
    authority decides once it has weighed hardship, health, work and care.

    Args:
        figures: of law and guidance.
        grant_pence: the grant that was paid.
        tenure: how the applicant held the home.
        certified_on: the certified date, when the works were done to the authority's satisfaction.
        sold_on: day of the sale.

    Raises:
        NoValueInForce: an owner's grant was certified before there was such a charge.
    """
    if tenure != "owner":
        return 0
    on_the_day = figures.on(certified_on)
    free, most = on_the_day[figure_name("repayment_charge_above")], on_the_day[figure_name("repayment_at_most")]
    years = on_the_day[figure_name("repayment_years")]
    if sold_on >= months_after(certified_on, years.whole * MONTHS_PER_YEAR):
        return 0
    return min(int(most.pence), max(0, grant_pence - int(free.pence)))
