"""What several routes of the ledger are asked with, and the problems that they share."""

from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from braid.contracts.codes import PENCE_MAX, StreamCode
from braid.contracts.uses import Relation, Requirement, SpendItem, Use
from braid.kit.problems import ProblemKind, ProblemTable
from services.ledger.domain.braiding.plan import FIRST_DAY, LAST_DAY, BadPlan
from services.ledger.domain.spending.planned_items import ItemCadence, PlannedItem
from services.ledger.journal_store import EntryRefused
from services.ledger.plan_check_money import AskedItem

NOT_YOURS = (404, "No budget is open for this person, or the record is not yours to see.")

Words = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
PenceAboveZero = Annotated[int, Field(gt=0, le=PENCE_MAX, strict=True)]


def _why_refused(error: EntryRefused) -> list[dict[str, str]]:
    return [{"name": error.refusal.value, "message": str(error)}]


PROBLEMS: ProblemTable = {
    BadPlan: ProblemKind(422, "plan-impossible", "The items cannot be looked at together"),
    EntryRefused: ProblemKind(409, "entry-refused", "The journal refuses it", _why_refused),
}


class ItemAsked(BaseModel):
    """Something to pay for, with what the rules of the funds turn on."""

    model_config = ConfigDict(
        extra="forbid",
        str_strip_whitespace=True,
        json_schema_extra={
            "examples": [
                {
                    "item_id": "5b1f7c58-3d52-4e3f-9d6b-1f9a53a6a0c1",
                    "text": "Personal assistant, mornings",
                    "use": "care.personal",
                    "pence": 20_000,
                    "cadence": "weekly",
                    "starts_on": "2009-06-01",
                    "ends_on": "2010-05-30",
                    "relation": "not_related",
                }
            ]
        },
    )

    item_id: UUID
    text: Words
    use: Use
    pence: Annotated[PenceAboveZero, Field(description="What is due each time.")]
    cadence: ItemCadence
    starts_on: Day
    ends_on: Day
    relation: Relation | None = None
    same_household: bool | None = None
    recorded_decisions: Annotated[list[Words], Field(max_length=20)] = []
    circumstances: dict[Requirement, bool | int] = {}
    shares: Annotated[
        dict[StreamCode, Annotated[int, Field(ge=0, le=PENCE_MAX)]],
        Field(description="By stream, the most that it pays of what is due each time, where that is not all."),
    ] = {}
    other_uses: Annotated[list[Use], Field(max_length=10, description="Uses that would do as well.")] = []

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError("the last day is before the first")
        return self

    def asked(self) -> AskedItem:
        """The item as the rules take it."""
        facts: dict[str, Any] = self.model_dump(include=set(SpendItem.model_fields))
        item = PlannedItem(
            self.item_id, self.text, self.use.value, self.pence, self.cadence, self.starts_on, self.ends_on
        )
        return AskedItem(item, SpendItem.model_validate(facts), self.shares, tuple(self.other_uses))
