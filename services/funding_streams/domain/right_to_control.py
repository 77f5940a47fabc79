"""The Right to Control, 2010 to 2013: what a person may ask of several streams at once, and what it adds to each.

It was a pilot: in force in some councils' areas alone, between dates that stand in the rule files with the streams that
it covers and the terms that it adds to their decisions. Each authority's money stays its own.

Source:
    SI 2010/2862 (S101, S103r); direct payments, reg. 14 (S104r); suitable person, reg. 16 (S105r); Disabled Facilities
    Grant, sch. 2 (S183); extended to December 2013 (S102).
"""

from dataclasses import dataclass
from enum import StrEnum

from services.funding_streams.domain.adapter import Case
from services.funding_streams.domain.figures import DatedTerm

SCHEME = "right_to_control"
AREA = f"{SCHEME}.area"
NO_AREA = "none"


class RefusalGround(StrEnum):
    """Why a direct payment may be refused; there are no others (S104r)."""

    CANNOT_MANAGE = "cannot_manage"
    CANNOT_MEET_NEED = "cannot_meet_need"
    UNREASONABLE_BURDEN = "unreasonable_burden"
    HARM_TO_OTHERS = "harm_to_others"
    NOT_PRACTICABLE = "not_practicable"
    EXCLUDED_PERSON = "excluded_person"


GROUNDS = {
    RefusalGround.CANNOT_MANAGE: "the person cannot manage it, even with help",
    RefusalGround.CANNOT_MEET_NEED: "it cannot meet the need",
    RefusalGround.UNREASONABLE_BURDEN: "its cost would be an unreasonable financial burden",
    RefusalGround.HARM_TO_OTHERS: "it would harm services to others",
    RefusalGround.NOT_PRACTICABLE: "it is not reasonably practicable",
    RefusalGround.EXCLUDED_PERSON: "the law shuts the person out",
}


@dataclass(frozen=True)
class Circumstances:
    """What bears on a direct payment; as it stands nothing speaks against one.

    Args:
        manages_with_help: the person can manage it, alone or with help.
        meets_need: it can meet the need.
        unreasonable_burden: its cost would be an unreasonable financial burden on the authority.
        harms_others: it would harm the services that others get.
        practicable: it is reasonably practicable.
        excluded: the person is one of those of schedule 1.
    """

    manages_with_help: bool = True
    meets_need: bool = True
    unreasonable_burden: bool = False
    harms_others: bool = False
    practicable: bool = True
    excluded: bool = False


@dataclass(frozen=True)
class SupportPlan:
    """What the law looks at in a support plan with a direct payment.

    Args:
        outcomes: what the support is to achieve.
        direct_payment_pence: the amount, or None where the plan does not state one.
        repayment_statement_signed: the person has signed that they know when money must be paid back.
    """

    outcomes: tuple[str, ...]
    direct_payment_pence: int | None
    repayment_statement_signed: bool


def is_in_force(case: Case) -> bool:
    """Whether the right applies to a decision: on its day, in the council's area."""
    area = case.council.code(AREA)
    return area != NO_AREA and case.figures.by_name[f"{SCHEME}.in_force_{area}"].at_if_any(case.on) is not None


def terms_added(case: Case, stream: str) -> tuple[DatedTerm, ...]:
    """Return what the right adds to the terms of a stream's decision; nothing where it does not apply or cover it."""
    blocks = [block for block in case.figures.added_terms.get(SCHEME, ()) if stream in block.streams]
    if not blocks or not is_in_force(case):
        return ()
    return tuple(term for block in blocks for term in block.terms)


def grounds_for_refusal(circumstances: Circumstances) -> tuple[RefusalGround, ...]:
    """Return the grounds on which a direct payment may be refused; where there are none it must be offered."""
    holds = {
        RefusalGround.CANNOT_MANAGE: not circumstances.manages_with_help,
        RefusalGround.CANNOT_MEET_NEED: not circumstances.meets_need,
        RefusalGround.UNREASONABLE_BURDEN: circumstances.unreasonable_burden,
        RefusalGround.HARM_TO_OTHERS: circumstances.harms_others,
        RefusalGround.NOT_PRACTICABLE: not circumstances.practicable,
        RefusalGround.EXCLUDED_PERSON: circumstances.excluded,
    }
    return tuple(ground for ground in RefusalGround if holds[ground])


def refusal_problems(ground: RefusalGround, reasons: str, circumstances: Circumstances) -> tuple[str, ...]:
    """Return what makes the refusal of a direct payment unlawful, in words; nothing where it may stand.

    Args:
        ground: on which it is refused.
        reasons: as recorded.
        circumstances: as they are.
    """
    problems = []
    if ground not in grounds_for_refusal(circumstances):
        problems.append(f"A direct payment may be refused because {GROUNDS[ground]}; that is not so here.")
    if not reasons.strip():
        problems.append("The reasons for the refusal are not recorded.")
    return tuple(problems)


def plan_problems(plan: SupportPlan) -> tuple[str, ...]:
    """Return what makes a support plan with a direct payment invalid, in words; nothing where it is valid."""
    problems = []
    if not plan.outcomes:
        problems.append("The plan names no outcome.")
    if plan.direct_payment_pence is None:
        problems.append("The plan does not state the amount of the direct payment.")
    if not plan.repayment_statement_signed:
        problems.append("The plan carries no signed statement that the person knows when money must be paid back.")
    return tuple(problems)
