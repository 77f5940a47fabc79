"""Claims against an award of Access to Work: which are refused, and why."""

from dataclasses import dataclass
from datetime import date

from services.funding_streams.domain.figures import Dated
from services.funding_streams.domain.settling import months_after


@dataclass(frozen=True)
class Claim:
    """A cost that somebody asks to have paid back.

    Args:
        receipt_dated: day of the receipt or invoice.
        claimed_on: day of the claim.
        for_work: the cost arises from work, not from life outside it.
        countersigned: somebody at the workplace has signed it.
    """

    receipt_dated: date
    claimed_on: date
    for_work: bool
    countersigned: bool


def refusals(claim: Claim, award_decided_on: date, window: Dated | None) -> tuple[str, ...]:
    """Return every reason to refuse a claim; none where it can be paid.

    Args:
        claim: what is claimed.
        award_decided_on: day of the decision on the award; a cost of that day was agreed.
        window: the figure ``access_to_work.claim_window_months`` on the day of the claim; None where no time limit is
            known, so that none is held against it.

    Source:
        Nothing bought before it was agreed (S139); work alone (S122); counter-signature (S140); time to claim (S141).
    """
    reasons = list[str]()
    if claim.receipt_dated < award_decided_on:
        reasons.append("The receipt is dated before the award was decided: what was bought before is not paid back.")
    if not claim.for_work:
        reasons.append("The cost does not arise from work.")
    if not claim.countersigned:
        reasons.append("Nobody at the workplace has counter-signed the claim.")
    if window is not None and claim.claimed_on > months_after(claim.receipt_dated, window.whole):
        reasons.append(f"The claim comes more than {window.whole} months after the cost.")
    return tuple(reasons)
