"""Codes that more than one service uses: streams, user groups, uses of money, and the shapes of ids and sums."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

#: The largest sum that survives every JSON reader on the way (2**53 - 1), in pence.
PENCE_MAX = 2**53 - 1

PersonId = UUID
CouncilCode = Annotated[
    str,
    Field(
        pattern=r"^E(06|08|09|10)[0-9]{6}$",
        description="ONS GSS code of a council with adult social care duties.",
        examples=["E10000003"],
    ),
]
Pence = Annotated[int, Field(ge=0, le=PENCE_MAX, description="Whole pence, zero or more.")]
Version = Annotated[int, Field(ge=1, description="Rises by one with each new version.")]


class UserGroup(StrEnum):
    """User groups as the individual budget pilots counted them."""

    OLDER_PEOPLE = "older_people"
    PHYSICAL_OR_SENSORY_IMPAIRMENT = "physical_or_sensory_impairment"
    LEARNING_DISABILITY = "learning_disability"
    MENTAL_HEALTH = "mental_health"


class Stream(StrEnum):
    """Public funding streams of an individual budget."""

    ADULT_SOCIAL_CARE = "adult_social_care"
    SUPPORTING_PEOPLE = "supporting_people"
    INDEPENDENT_LIVING_FUND = "independent_living_fund"
    ACCESS_TO_WORK = "access_to_work"
    DISABLED_FACILITIES_GRANT = "disabled_facilities_grant"
    COMMUNITY_EQUIPMENT = "community_equipment"


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
