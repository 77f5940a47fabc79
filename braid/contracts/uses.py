"""Which money may pay for what: the taxonomy of uses, a stream's rule over it, and the one way of reading the rule.

Planning, streams and ledger read the same rule, so that what a plan was told is payable is payable. A rule is data: a
use that is not listed is not permitted; a listed use may require circumstances of the item; a payee may be barred
whatever the use. An answer that nobody has given yet is asked for and never guessed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from braid.contracts.event import Part


class Use(StrEnum):
    """What money is used for: the shared taxonomy, first version.

    A stream permits some uses, some on a condition, and no others. Uses that begin with ``never.`` are payable by no
    stream.
    """

    CARE_PERSONAL = "care.personal"
    CARE_NIGHT = "care.night"
    CARE_SUPERVISION = "care.supervision"
    DOMESTIC_HELP = "domestic.help"
    DOMESTIC_GARDEN = "domestic.garden"
    RESPITE_COMMUNITY = "respite.community"
    RESPITE_RESIDENTIAL = "respite.residential"
    COMMUNITY_ACCESS = "community.access"
    COMMUNITY_ACTIVITY = "community.activity"
    LEISURE_ACTIVITY = "leisure.activity"
    EDUCATION_SUPPORT = "education.support"
    EDUCATION_FEE = "education.fee"
    WORK_SUPPORT = "work.support"
    WORK_EQUIPMENT = "work.equipment"
    WORK_PREMISES = "work.premises"
    TRAVEL_TO_WORK = "travel.to_work"
    TRAVEL_IN_WORK = "travel.in_work"
    TRAVEL_OTHER = "travel.other"
    HOUSING_SUPPORT = "housing.support"
    EQUIPMENT_DAILY_LIVING = "equipment.daily_living"
    EQUIPMENT_TELECARE = "equipment.telecare"
    ADAPTATION_MINOR = "adaptation.minor"
    ADAPTATION_MAJOR = "adaptation.major"
    HEALTH_NURSING = "health.nursing"
    HEALTH_THERAPY = "health.therapy"
    EMPLOYING_ON_COSTS = "employing.on_costs"
    EMPLOYING_RECRUITMENT = "employing.recruitment"
    EMPLOYING_TRAINING = "employing.training"
    EMPLOYING_INSURANCE = "employing.insurance"
    EMPLOYING_PAYROLL = "employing.payroll"
    BROKERAGE = "brokerage"
    CARER_SUPPORT = "carer.support"
    FAMILY_THANKS = "family.thanks"
    CONTINGENCY = "contingency"
    CHARGE_TOP_UP = "charge.top_up"
    NEVER_GAMBLING = "never.gambling"
    NEVER_DEBT = "never.debt"
    NEVER_ALCOHOL_TOBACCO = "never.alcohol_tobacco"
    NEVER_ILLEGAL = "never.illegal"


class Requirement(StrEnum):
    """What an item must be, for a use that is permitted on a condition.

    Those that end in ``at_most`` carry a limit and are answered with a number; the rest with yes or no.
    """

    NEED_IN_PLAN = "need_in_plan"
    OUTCOME_IN_PLAN = "outcome_in_plan"
    IN_HEALTH_CARE_PLAN = "in_health_care_plan"
    ANCILLARY_AND_OCCASIONAL = "ancillary_and_occasional"
    BY_PERSONAL_ASSISTANT = "by_personal_assistant"
    WITHIN_COUNCIL_POLICY = "within_council_policy"
    ACCESS_TO_WORK_DOES_NOT_PAY = "access_to_work_does_not_pay"
    NOT_GIVEN_FREE_AS_EQUIPMENT = "not_given_free_as_equipment"
    EXTRA_COST_OF_WORK = "extra_cost_of_work"
    MORE_THAN_USUAL_JOURNEY = "more_than_usual_journey"
    FOR_WORK_SUPPORT = "for_work_support"
    AGREED_BEFORE_BOUGHT = "agreed_before_bought"
    LISTED_PURPOSE = "listed_purpose"
    NOT_NURSING_BY_REGISTERED_NURSE = "not_nursing_by_registered_nurse"
    WEEKS_IN_A_YEAR_AT_MOST = "weeks_in_a_year_at_most"
    PENCE_EACH_AT_MOST = "pence_each_at_most"


class Relation(StrEnum):
    """How the payee is related to the person."""

    SPOUSE_OR_PARTNER = "spouse_or_partner"
    CLOSE_RELATIVE = "close_relative"
    OTHER_RELATIVE = "other_relative"
    FRIEND = "friend"
    NOT_RELATED = "not_related"


class Condition(Part):
    """One circumstance that an item must have."""

    requirement: Requirement
    limit: Annotated[int, Field(ge=0, description="For a requirement that ends in at_most: whole weeks or pence.")] = 0

    @property
    def has_limit(self) -> bool:
        """Whether the answer is a number held to ``limit``."""
        return self.requirement.endswith("_at_most")


class PermittedUse(Part):
    """A use that the award may pay for, with its condition in words and as circumstances to check."""

    use: Use
    condition: str | None
    requires: tuple[Condition, ...] = ()


class PayeeBar(Part):
    """Somebody who may not be paid, whatever for."""

    relations: tuple[Relation, ...]
    only_in_same_household: bool
    unless: Annotated[str | None, Field(description="Name of the recorded decision that lifts the bar; none: never.")]
    text: str
    citation: str
    unconfirmed: bool = False


class SpendItem(Part):
    """One thing that money is to pay for.

    ``circumstances`` answers requirements by name: yes or no, or a number where the requirement has a limit.
    """

    use: Use
    relation: Relation | None = None
    same_household: bool | None = None
    recorded_decisions: frozenset[str] = frozenset()
    circumstances: Mapping[Requirement, bool | int] = Field(default_factory=dict)


class Verdict(StrEnum):
    """Whether money may pay for an item."""

    PERMITTED = "permitted"
    BARRED = "barred"
    ASK = "ask"


@dataclass(frozen=True)
class UseVerdict:
    """Whether a stream's money may pay for an item, and why.

    Args:
        verdict: ``ask`` where only an answer is missing.
        reasons: every reason against it, in words.
        asks: names of the circumstances that nobody has told yet.
    """

    verdict: Verdict
    reasons: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()


def may_pay(item: SpendItem, permitted: Sequence[PermittedUse], bars: Sequence[PayeeBar] = ()) -> UseVerdict:
    """Say whether money with these rules may pay for an item.

    Args:
        item: what is to be paid for, and whom.
        permitted: uses that the money permits; any other is barred.
        bars: payees who may not be paid.
    """
    if item.use.startswith("never."):
        return UseVerdict(Verdict.BARRED, (f"No stream may pay for {item.use.removeprefix('never.')}.",))
    listed = next((one for one in permitted if one.use is item.use), None)
    if listed is None:
        return UseVerdict(Verdict.BARRED, (f"{item.use} is not a permitted use of this money.",))
    reasons, asks = list[str](), list[str]()
    for condition in listed.requires:
        answer = item.circumstances.get(condition.requirement)
        if answer is None:
            asks.append(condition.requirement)
        elif not _holds(condition, answer):
            reasons.append(listed.condition or condition.requirement)
    for bar in bars:
        told = _barred(item, bar)
        (reasons if told is bar.text else asks).extend([told] if told else [])
    if reasons:
        return UseVerdict(Verdict.BARRED, tuple(dict.fromkeys(reasons)), tuple(dict.fromkeys(asks)))
    return UseVerdict(Verdict.ASK if asks else Verdict.PERMITTED, (), tuple(dict.fromkeys(asks)))


def _holds(condition: Condition, answer: bool | int) -> bool:
    return answer <= condition.limit if condition.has_limit else answer is True


def _barred(item: SpendItem, bar: PayeeBar) -> str | None:
    """Return the bar's text where it bites, the name of what must be told where that is not known, else None."""
    if item.relation is None:
        return "relation" if _pays_somebody(item) else None
    if item.relation not in bar.relations or (bar.unless and bar.unless in item.recorded_decisions):
        return None
    if not bar.only_in_same_household:
        return bar.text
    if item.same_household is None:
        return "same_household"
    return bar.text if item.same_household else None


def _pays_somebody(item: SpendItem) -> bool:
    return item.use in PAYS_A_PERSON


def _people_uses() -> Iterator[Use]:
    for use in Use:
        if use.startswith(("care.", "domestic.", "respite.community", "community.access", "education.support")):
            yield use
    yield from (Use.WORK_SUPPORT, Use.HOUSING_SUPPORT)


#: Uses where somebody is paid for their time, so that who it is matters.
PAYS_A_PERSON = frozenset(_people_uses())
