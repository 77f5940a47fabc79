"""What an award of the trust says of the council's money beside it: the least it puts in, the most that both pay.

Both sums are a week's and are kept on average over the award: the threshold is an average over the year (S11), and the
fund pays at one flat average rate (S14). Each is told where this decision has tested it, for only then the award rests
on it: the joint limit of an application; the threshold of an application, or of a user who asks for more hours. Users
of the Extension Fund have no threshold (S15, S17). Supporting People money is outside the package and counts for
neither (S20). Since the trust closed, the council beside the fund is no council of England: its money is in no budget
here, so that nothing could be held against it.
"""

from typing import NamedTuple

from services.funding_streams.domain.decision import ADULT_SOCIAL_CARE, JointLimit, LimitPer, MinimumBeforeUse
from services.funding_streams.domain.figures import Dated
from services.funding_streams.domain.money import in_pounds


class BesideCouncil(NamedTuple):
    """The sums that the decision tested.

    Args:
        threshold: the council's least input, in pence a week; None where none was tested.
        joint_limit: the most of council and fund together, in pence a week, likewise.
    """

    threshold: Dated | None = None
    joint_limit: Dated | None = None

    @property
    def minimums(self) -> tuple[MinimumBeforeUse, ...]:
        """The threshold as the award tells it."""
        if self.threshold is None:
            return ()
        text = f"The fund pays only beside at least {in_pounds(self.threshold.pence)} a week from the council"
        return (MinimumBeforeUse(*_told(self.threshold, text)),)

    @property
    def joint_limits(self) -> tuple[JointLimit, ...]:
        """The joint limit as the award tells it."""
        if self.joint_limit is None:
            return ()
        text = f"Council and fund together pay at most {in_pounds(self.joint_limit.pence)} a week"
        return (JointLimit(*_told(self.joint_limit, text)),)


def _told(figure: Dated, text: str) -> tuple[tuple[str, ...], int, LimitPer, str, str, bool]:
    pence = figure.value
    assert isinstance(pence, int), "the fund's sums are whole pence"
    streams, per = (ADULT_SOCIAL_CARE,), LimitPer.WEEK_ON_AVERAGE
    return streams, pence, per, f"{text}, on average over the award.", str(figure.citation), figure.unconfirmed
