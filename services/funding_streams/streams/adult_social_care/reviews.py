"""When direct payments are reviewed under the Care Act."""

from datetime import date

from services.funding_streams.domain.figures import Figures
from services.funding_streams.domain.settling import months_after

FIRST_REVIEW = "adult_social_care.direct_payment_first_review_months"
NEXT_REVIEW = "adult_social_care.direct_payment_review_months"


def review_due(figures: Figures, first_paid_on: date, last_review_on: date | None = None) -> date:
    """Return the last day for the next review: six months after the first payment, then a year after each review.

    Source:
        SI 2014/2871 reg. 7 as told by S75.

    Raises:
        NoValueInForce: the direct payment was first paid before the Care Act.
    """
    if last_review_on is None:
        return months_after(first_paid_on, figures.at(FIRST_REVIEW, first_paid_on).whole)
    return months_after(last_review_on, figures.at(NEXT_REVIEW, last_review_on).whole)
