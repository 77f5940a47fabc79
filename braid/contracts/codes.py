"""Codes that more than one service uses: streams and user groups, and the shapes of ids and sums."""

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
StreamCode = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9_]{1,39}$",
        description="A public funding stream. The list is open: each stream is a folder of the streams' service.",
        examples=["adult_social_care", "independent_living_fund"],
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
