"""The base of every event: a fact in the past tense, immutable, with as little in it as its readers need."""

from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field

from braid.contracts.codes import CouncilCode, PersonId


class Part(BaseModel):
    """A value inside an event. Producers are strict: an unknown field is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Event(Part):
    """Something that happened to one person's budget.

    Class attributes:
        TYPE: CloudEvents type, ``uk.braid.<context>.<what-happened>.v<n>``.
        TOPIC: Kafka topic of the publishing aggregate. The record's key is the person id, so one person's events stay
            in order. An event that comes from outside has a topic for each sender; its ``TOPIC`` is their pattern.
        OVERTAKES: whether it is handled though an earlier message of the person waits in the dead letters, since
            nothing earlier matters after it.
    """

    TYPE: ClassVar[str]
    TOPIC: ClassVar[str]
    OVERTAKES: ClassVar[bool] = False

    person_id: PersonId = Field(description="Opaque id of the person; names live in the assessment service alone.")
    council: CouncilCode

    @property
    def topic(self) -> str:
        """The topic that this very event belongs on."""
        return self.TOPIC

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Read an event as a consumer does: fields that a newer producer added are passed over.

        Raises:
            pydantic.ValidationError: a field is missing or is not what the contract says.
        """
        return cls.model_validate_json(data, extra="ignore")
