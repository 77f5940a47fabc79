"""What the bodies of requests about payments are made of."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from braid.contracts.codes import PENCE_MAX
from services.ledger.payments.what_is_due import REFERENCE_LONGEST


class Body(BaseModel):
    """A body: what it does not know, it refuses."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2099, 12, 31))]
Words = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f]*$")]
Mark = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*$")]
Reference = Annotated[
    str,
    Field(
        min_length=1,
        max_length=REFERENCE_LONGEST,
        pattern=r"^[A-Za-z0-9.&/\- ]+$",
        description="What the payee sees on their statement.",
    ),
]
PositivePence = Annotated[int, Field(gt=0, le=PENCE_MAX)]
SomePence = Annotated[int, Field(ge=0, le=PENCE_MAX)]
