"""Bodies of the webhooks' API."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.webhooks.deliveries import State
from services.webhooks.domain.targets import URL_MOST

_AN_ID = "0b6c1f7e-4c1e-4b0e-9d7a-0d6f5f3f9c11"
_A_TYPE = "uk.braid.award.decided.v1"

Name = Annotated[
    str,
    Field(
        min_length=1,
        max_length=100,
        pattern=r"^[^\x00-\x1f\x7f]+$",
        description="What people call the system; access records say by it who was told. No name of a person.",
        examples=["Case management of Example Council"],
    ),
]
Url = Annotated[
    str,
    Field(
        min_length=1,
        max_length=URL_MOST,
        description="Where it listens: https, at a public address, on port 443 or 8443.",
        examples=["https://case-management.example/braid-events"],
    ),
]
EventTypes = Annotated[
    list[Annotated[str, Field(max_length=100, pattern=r"^[a-z0-9.-]+$")]],
    Field(
        min_length=1,
        max_length=100,
        description="Of which events it is told: types from `/v1/webhook-event-types`.",
        examples=[[_A_TYPE, "uk.braid.plan.approved.v1"]],
    ),
]


class BodyIn(BaseModel):
    """What a caller sends; what we do not know in it is a mistake."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class SubscriptionIn(BodyIn):
    """A system that is to be told of events."""

    name: Name
    url: Url
    event_types: EventTypes


class SubscriptionChangeIn(SubscriptionIn):
    """A subscription as it is to be from now on."""

    is_enabled: Annotated[
        bool,
        Field(description="False: nothing is sent; what comes waits for 30 days and goes in order when this is true."),
    ] = True


class SubscriptionOut(BaseModel):
    """A system that is told of events."""

    subscription_id: UUID = Field(examples=[_AN_ID])
    name: str
    url: str
    event_types: list[str]
    agency: str | None = Field(description="The partner agency that it belongs to; null for the council's own.")
    streams: list[str] = Field(description="Of an agency: the streams whose awards it is told.")
    is_enabled: bool
    disabled_because: str | None = Field(
        description="by_hand; gone: the receiver answered 410; failing: it took nothing for five days."
    )
    failing_since: datetime | None = Field(description="Since when the receiver has taken nothing.")
    old_secret_signs_until: datetime | None = Field(description="Until when two secrets sign.")
    created_by: str
    created_at: datetime
    version: int


class SubscriptionCreatedOut(SubscriptionOut):
    """A new subscription."""

    secret: str | None = Field(
        description="What signs its messages. Told here and never again; null in the answer to a repeated request.",
        examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )


class SubscriptionsOut(BaseModel):
    """Subscriptions, the oldest first."""

    subscriptions: list[SubscriptionOut]


class RotationIn(BodyIn):
    """How a secret is changed."""

    old_signs_for_hours: Annotated[
        int, Field(ge=0, le=168, description="For how long the old secret signs beside the new one; 0 if it leaked.")
    ] = 24


class SecretOut(BaseModel):
    """A new secret."""

    secret: str | None = Field(
        description="Told here and never again; null in the answer to a repeated request.",
        examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )
    old_secret_signs_until: datetime | None


class InLineOut(BaseModel):
    """A message that was put in line."""

    delivery_id: UUID


class RecoveryIn(BodyIn):
    """What is to be sent again."""

    since: Annotated[AwareDatetime, Field(description="Whatever came from then on.", examples=["2026-11-20T00:00:00Z"])]
    delivered_too: Annotated[
        bool, Field(description="Also what the receiver has taken, for one that has lost it: the last seven days.")
    ] = False


class RecoveryOut(BaseModel):
    """How much was put in line again."""

    in_line: int


class AttemptOut(BaseModel):
    """One attempt to send a message."""

    attempt: int
    begun_at: datetime
    outcome: str | None = Field(
        description="answered, timed_out, not_resolved, address_refused, not_connected, not_trusted (its certificate),"
        " broken_off, not_signed; null while it runs, or where our own process died in it."
    )
    status: int | None = Field(description="With which the receiver answered. Nothing else that it says is kept.")
    took_ms: int | None


class DeliveryOut(BaseModel):
    """One event for one subscription."""

    delivery_id: UUID
    event_id: UUID = Field(description="The message's `webhook-id`, the same each time that it is sent.")
    event_type: str
    state: State = Field(
        description="delivered; waiting: in line, or behind an earlier one of the same person; given_up: after the last"
        " attempt; withdrawn: the record was erased or the subscription ended; expired: it waited for 30 days."
    )
    attempts: int
    came_at: datetime
    due_at: datetime | None = Field(description="When it is sent next; null where it is not.")
    ended_at: datetime | None
    is_kept: bool = Field(description="Whether it can be sent again.")
    last_attempt: AttemptOut | None = Field(description="What came of the last attempt; null where there was none.")


class DeliveriesOut(BaseModel):
    """A page of deliveries, the latest first."""

    deliveries: list[DeliveryOut]
    next: str | None = Field(description="What to send as ``after`` to go on.")


class DeliveryWithAttemptsOut(DeliveryOut):
    """A delivery with its attempts, the first first."""

    attempts_made: list[AttemptOut]


class EventTypeOut(BaseModel):
    """A kind of event."""

    event_type: str = Field(examples=[_A_TYPE])
    meaning: str


class EventTypesOut(BaseModel):
    """Kinds of events that the caller's systems may be told of."""

    event_types: list[EventTypeOut]
