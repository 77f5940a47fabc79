"""Paying for works in stages, each on the certificate of what was done: Disabled Facilities Grants."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.ledger.domain.in_words import pounds
from services.ledger.domain.payments.shares import split


class StageNotNext(Exception):
    """A certificate is for a stage that was paid already, or whose turn has not come."""


class NothingCertified(Exception):
    """A certificate is for no money, or for less."""


@dataclass(frozen=True)
class StagePlan:
    """A grant and the stages in which it is paid.

    Args:
        grant_pence: all of it.
        shares: each stage's share of it, such as 40, 50, 10. The last is paid when the works are finished; by section
            35 of the Housing Grants, Construction and Regeneration Act 1996 at least a tenth waits until then.
    """

    grant_pence: int
    shares: tuple[int, ...]

    @property
    def stages_pence(self) -> tuple[int, ...]:
        """What each stage would pay if all went to plan; together the grant."""
        return split(self.grant_pence, self.shares)


@dataclass(frozen=True)
class StagePayment:
    """What one certificate pays.

    Args:
        stage: number of the stage, from 1.
        payable_pence: what is paid now.
        held_back_pence: what was certified and is not paid now.
        left_pence: what is left of the grant.
        reasons: in words.
    """

    stage: int
    payable_pence: int
    held_back_pence: int
    left_pence: int
    reasons: tuple[str, ...]


def pay_stage(plan: StagePlan, paid_pence: Sequence[int], stage: int, certified_pence: int) -> StagePayment:
    """What a certificate pays: what was certified, as far as the stages up to it may come to.

    What a stage does not use stays for later ones, and the stages together never come to more than the grant.

    Args:
        plan: the grant and its stages.
        paid_pence: what each earlier stage paid, in order.
        stage: number of the stage that is certified, from 1.
        certified_pence: value of the works that the certificate is for.

    Raises:
        StageNotNext: the stage is not the one whose turn it is.
        NothingCertified: the sum is not above zero.
    """
    if stage != len(paid_pence) + 1 or stage > len(plan.shares):
        raise StageNotNext(f"stage {stage} of {len(plan.shares)}, {len(paid_pence)} of which are paid")
    if certified_pence <= 0:
        raise NothingCertified(f"{certified_pence} pence")
    before = sum(paid_pence)
    most = sum(plan.stages_pence[:stage]) - before
    payable = min(certified_pence, most)
    left = plan.grant_pence - before - payable
    return StagePayment(stage, payable, certified_pence - payable, left, _reasons(plan, stage, certified_pence, most))


def _reasons(plan: StagePlan, stage: int, certified_pence: int, most: int) -> tuple[str, ...]:
    told = f"Stage {stage} of {len(plan.shares)} was certified at {pounds(certified_pence)}."
    if certified_pence <= most:
        return (told,)
    what = "of the grant is left" if stage == len(plan.shares) else "may be paid before the next certificate"
    return told, f"No more than {pounds(most)} {what}."
