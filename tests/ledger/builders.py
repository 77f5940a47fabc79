"""Awards, entries and events to try the ledger with."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4, uuid5

from braid.contracts.award import AwardDecided, Cadence
from braid.contracts.award import AwardStatus as Status
from braid.contracts.uses import PermittedUse, Use
from services.ledger.domain import postings
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.funds import Award, AwardStatus
from services.ledger.domain.journal import Entry, EntryKind, Leg
from services.ledger.domain.postings import About, Part

COUNCIL = "E10009999"
OTHER_COUNCIL = "E10009998"
ASC, SP, ILF = "adult_social_care", "supporting_people", "independent_living_fund"


class Stream(StrEnum):
    """Six streams to open funds of; the ledger itself takes any."""

    ADULT_SOCIAL_CARE = ASC
    SUPPORTING_PEOPLE = SP
    INDEPENDENT_LIVING_FUND = ILF
    ACCESS_TO_WORK = "access_to_work"
    DISABLED_FACILITIES_GRANT = "disabled_facilities_grant"
    COMMUNITY_EQUIPMENT = "community_equipment"


BUDGET = UUID("00000000-0000-4000-8000-00000000000b")
FUND = UUID("00000000-0000-4000-8000-00000000000f")
AWARD = UUID("00000000-0000-4000-8000-00000000000a")
FIRST_DAY, LAST_DAY = date(2009, 6, 1), date(2010, 5, 30)


def a_leg(
    amount_pence: int, *, stream: str = ASC, account: Account = Account.FUND_AVAILABLE, fund: UUID | None = FUND
) -> Leg:
    """One line of an entry."""
    return Leg(stream, account, amount_pence, fund)


def an_entry(
    *legs: Leg,
    reason: str = "Award",
    value_date: date = FIRST_DAY,
    budget: UUID = BUDGET,
    kind: EntryKind = EntryKind.AWARD,
    entry_id: UUID | None = None,
) -> Entry:
    """An entry with given legs."""
    return Entry(entry_id or uuid4(), kind, value_date, budget, legs, reason)


def about(
    *,
    entry_id: UUID | None = None,
    budget: UUID = BUDGET,
    value_date: date = FIRST_DAY,
    reason: str = "As agreed",
    use: str | None = Use.CARE_PERSONAL.value,
    subject_id: UUID | None = None,
) -> About:
    """What an entry says besides its legs; an entry of its own unless told."""
    return About(entry_id or uuid4(), budget, value_date, reason, use, subject_id)


def an_award_entry(amount_pence: int = 520_000, *, contribution_pence: int = 0, stream: str = ASC) -> Entry:
    """The entry that opens a fund."""
    return postings.award(about(reason="Award", use=None), Part(FUND, stream, amount_pence), contribution_pence)


def an_award(
    version: int = 1,
    *,
    status: AwardStatus = AwardStatus.CONFIRMED,
    amount_pence: int = 520_000,
    contribution_pence: int = 0,
    stream: str = ASC,
) -> Award:
    """A version of an award, as the ledger's rules see it."""
    return Award(AWARD, version, stream, status, amount_pence, contribution_pence, FIRST_DAY, LAST_DAY)


def an_award_decided(
    person_id: UUID | None = None,
    *,
    version: int = 1,
    stream: Stream = Stream.ADULT_SOCIAL_CARE,
    status: Status = Status.CONFIRMED,
    amount_pence: int = 520_000,
    contribution_pence: int = 0,
    council: str = COUNCIL,
    starts_on: date = FIRST_DAY,
    ends_on: date = LAST_DAY,
    others: Mapping[str, Any] | None = None,
) -> AwardDecided:
    """A stream's decision, as the funding streams publish it."""
    person_id = person_id or uuid4()
    return AwardDecided.model_validate(
        {
            "person_id": person_id,
            "council": council,
            "award_id": uuid5(person_id, f"award/{stream.value}"),
            "version": version,
            "stream": stream,
            "status": status,
            "decided_by": "The council",
            "assessment_id": uuid5(person_id, "assessment"),
            "assessment_version": 1,
            "rules_as_of": starts_on,
            "starts_on": starts_on,
            "ends_on": ends_on,
            "pence_per_week": amount_pence // 52,
            "amount_pence": amount_pence,
            "contribution_pence": contribution_pence,
            "cadence": Cadence.FOUR_WEEKLY_IN_ADVANCE,
            "permitted_uses": (PermittedUse(use=Use.CARE_PERSONAL, condition=None),),
            "stream_label": stream.replace("_", " ").capitalize(),
            "lines": (),
            "payee_bars": (),
            "terms": (),
            "unconfirmed": (),
            "partner_decision": None,
            "conditions": (),
            "missing_facts": (),
            "trace": (),
            **(others or {}),
        }
    )


def not_eligible(person_id: UUID, version: int, stream: Stream = Stream.ADULT_SOCIAL_CARE) -> AwardDecided:
    """A decision that no money is awarded."""
    return an_award_decided(person_id, version=version, stream=stream, status=Status.NOT_ELIGIBLE, amount_pence=0)
