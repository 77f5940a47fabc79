"""What request bodies of this service have in common, and the problems that many of its routes answer with."""

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from braid.kit.identity import Role

#: A practitioner, or the council's own system.
OFFICE = frozenset({Role.PRACTITIONER, Role.SYSTEM})

NO_PERSON = (404, "No such person, or the record is not yours to see; 410 where it was erased.")
NO_ASSESSMENT = (404, "No such assessment, or the record is not yours to see.")
NO_AUTHORITY = (403, "Your authority to act for the person does not do for this; each reason is named.")
STALE = (412, "The assessment has changed since you read it.")
NO_VERSION = (428, "If-Match is missing.")
CLOSED = (409, "The assessment is not open for this.")
KEY = (400, "Idempotency-Key is missing or malformed.")
INVALID = (422, "The body is not valid.")


def can_be_kept(value: Any) -> Any:
    """Refuse the one text that PostgreSQL cannot keep.

    Raises:
        ValueError: there is a null character in it.
    """
    if isinstance(value, str) and "\0" in value:
        raise ValueError("must not have a null character in it")
    return value


#: A day that a record of ours can be about: rule figures begin in 2003, and a slip of the pen ends here.
PlausibleDay = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2099, 12, 31))]
#: A day in somebody's life.
DayOfBirth = Annotated[date, Field(ge=date(1890, 1, 1), le=date(2099, 12, 31))]
ShortText = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(can_be_kept)]
#: What people say in their own words.
LongText = Annotated[str, Field(min_length=1, max_length=4000), AfterValidator(can_be_kept)]


class Command(BaseModel):
    """A request body: what we do not know in it is a mistake."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    _texts_can_be_kept = field_validator("*")(can_be_kept)
