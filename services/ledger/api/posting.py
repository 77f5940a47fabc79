"""Posting to the journal over HTTP, one entry or a batch: each has an answer of its own, and its id is its key.

The same entry sent again under its id is answered as the first time, so these routes need no ``Idempotency-Key``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    TypeAdapter,
    ValidationError,
    WrapValidator,
)

from braid.contracts.codes import StreamCode
from braid.contracts.uses import Use
from braid.kit.access_records import kept_of
from braid.kit.http import Caller, Reading, UnitOfWorkRoute, reading, recorded_elsewhere
from braid.kit.identity import Principal
from braid.kit.permissions import Action, may
from braid.kit.problems import Problem, ProblemKind, ProblemTable, responses
from services.ledger import journal_store
from services.ledger.api import examples
from services.ledger.api.asking import Day
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.journal import EntryKind, Leg
from services.ledger.domain.payments.payment_ids import is_payment_id
from services.ledger.domain.refusals import MEANING, Refusal
from services.ledger.entry_keepers import RIGHT_WAY, Keeper
from services.ledger.posting.columns import Answer, Posting
from services.ledger.posting.gatherer import Gatherer, TooManyWaiting
from services.ledger.posting.late_payments import refusals_of_late, takes_what_is_held

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["ledger"])

PROBLEMS: ProblemTable = {TooManyWaiting: ProblemKind(503, "too-many-waiting", "Too many entries wait to be posted")}

#: As many entries as a batch may have, and legs as an entry may.
BATCH_MOST, LEGS_MOST = 5_000, 50
#: What a fault of the body is told as, where the journal has a word for it.
_TOLD_AS = {"amount_pence": Refusal.BAD_AMOUNT, "account": Refusal.NO_ACCOUNT}
#: Kinds that have rules of their own, and so a way of their own.
_OTHER_WAYS = {
    EntryKind.AWARD: "awards are posted when their stream decides them",
    EntryKind.AWARD_REVISION: "awards are posted when their stream decides them",
    EntryKind.TRANSFER: "the law says what may move: POST /v1/people/{person_id}/budget/transfers",
    EntryKind.CARRY_OVER: "each stream's rule says what stays: POST /v1/people/{person_id}/year-ends",
    EntryKind.REVERSAL: "an entry is taken back by POST /v1/entries/{entry_id}/reversal",
}


@dataclass(frozen=True)
class LegAsked(Leg):
    """One line of an entry: debits above zero, credits below; a council's own accounts name no fund."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    stream: StreamCode
    account: Account
    amount_pence: Annotated[int, Field(strict=True)]
    fund_id: UUID | None = None


class EntryAsked(BaseModel):
    """An entry that is to be posted."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "entry_id": "0d2b7a52-7c59-4b0e-9b51-51c1b2a3c001",
                    "kind": "spend",
                    "value_date": "2009-06-12",
                    "budget_id": "1f0c1a52-7c59-5b0e-9b51-51c1b2a3c002",
                    "use": "care.personal",
                    "reason": "Invoice 1041",
                    "legs": [
                        {
                            "stream": "adult_social_care",
                            "account": "fund.available",
                            "fund_id": "2e0c1a52-7c59-5b0e-9b51-51c1b2a3c003",
                            "amount_pence": 5_000,
                        },
                        {
                            "stream": "adult_social_care",
                            "account": "fund.paid",
                            "fund_id": "2e0c1a52-7c59-5b0e-9b51-51c1b2a3c003",
                            "amount_pence": -5_000,
                        },
                    ],
                }
            ]
        },
    )

    entry_id: UUID
    kind: EntryKind
    value_date: Day
    budget_id: UUID
    legs: Annotated[list[LegAsked], Field(min_length=1, max_length=LEGS_MOST)]
    reason: Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]
    use: Use | None = None
    subject_id: Annotated[
        UUID | None, Field(description="The commitment, payment, spend or decision that it belongs to.")
    ] = None
    reverses: UUID | None = None
    linked: Annotated[
        int | None, Field(ge=0, le=BATCH_MOST, description="Neighbours with the same number are posted all or none.")
    ] = None
    expires_on: Annotated[Day | None, Field(description="Of a commitment that it places.")] = None
    item_id: Annotated[UUID | None, Field(description="Of such a commitment: the item that it is for.")] = None


@dataclass(frozen=True)
class Malformed:
    """An entry that cannot be read.

    Args:
        code: as refusals have them.
        text: in words.
    """

    entry_id: UUID | None
    linked: int | None
    code: str
    text: str


def _or_malformed(value: Any, handler: ModelWrapValidatorHandler[EntryAsked]) -> EntryAsked | Malformed:
    try:
        return _checked(handler(value))
    except ValidationError as error:
        given = value if isinstance(value, dict) else {}
        fault = error.errors(include_url=False, include_input=False)[0]
        return Malformed(_id_of(given), _linked_of(given), *_told(fault["loc"], fault["msg"]))


def _told(place: Sequence[int | str], message: str) -> tuple[str, str]:
    refusal = _TOLD_AS.get(str(place[-1]) if place else "")
    told = f"{'/'.join(str(part) for part in place)}: {message}"
    return (refusal.value, f"{MEANING[refusal]} ({told})") if refusal else ("malformed", told)


def _checked(entry: EntryAsked) -> EntryAsked | Malformed:
    """What shape alone does not show; here, since a batch of thousands would notice if each leg were asked apart."""
    if other_way := _OTHER_WAYS.get(entry.kind):
        return _malformed(entry, "malformed", f"kind: {other_way}")
    if entry.subject_id and is_payment_id(entry.subject_id):
        return _malformed(entry, "malformed", f"subject_id: {RIGHT_WAY[Keeper.PAYMENTS]}")
    if any(leg.account.is_kept_by_fund != (leg.fund_id is not None) for leg in entry.legs):
        text = "A fund's account names its fund, and a council's names none."
        return _malformed(entry, Refusal.NO_ACCOUNT.value, text)
    return entry


def _malformed(entry: EntryAsked, code: str, text: str) -> Malformed:
    return Malformed(entry.entry_id, entry.linked, code, text)


def _id_of(given: dict[str, Any]) -> UUID | None:
    try:
        return UUID(given.get("entry_id"))
    except (ValueError, TypeError, AttributeError):
        return None


def _linked_of(given: dict[str, Any]) -> int | None:
    linked = given.get("linked")
    return linked if type(linked) is int else None


_AS_MANY = Field(min_length=1, max_length=BATCH_MOST)
#: Holds what is malformed too, which the annotation does not show.
_ONE_BY_ONE: TypeAdapter[list[EntryAsked]] = TypeAdapter(
    Annotated[list[Annotated[EntryAsked, WrapValidator(_or_malformed)]], _AS_MANY]
)


def _each_or_malformed(
    value: Any, handler: ModelWrapValidatorHandler[list[EntryAsked]]
) -> Sequence[EntryAsked | Malformed]:
    """All at once where all can be read, as nearly always; else one by one, which takes twice as long."""
    try:
        entries = handler(value)
    except ValidationError:
        return _ONE_BY_ONE.validate_python(value)
    return [_checked(entry) for entry in entries]


class BatchIn(BaseModel):
    """Entries in the order in which they are to be posted."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [*examples.BATCHES]})

    entries: Annotated[list[EntryAsked], _AS_MANY, WrapValidator(_each_or_malformed)]


class Outcome(StrEnum):
    """What became of an entry."""

    POSTED = "posted"
    REPLAYED = "replayed"
    REFUSED = "refused"


@dataclass(slots=True)
class RefusalOut:
    """Why an entry was not posted."""

    code: Annotated[str, Field(description="Stable; one of the journal's rules, or ``malformed``.")]
    text: str


@dataclass(slots=True)
class AnswerOut:
    """What became of one entry."""

    entry_id: Annotated[UUID | None, Field(description="None where it could not be read.")]
    outcome: Outcome
    sequence: Annotated[int | None, Field(description="Its place in the council's journal; none where it was refused.")]
    refusal: RefusalOut | None = None


class AnswersOut(BaseModel):
    """One answer an entry, in their order."""

    answers: list[AnswerOut]


_ANSWERS: TypeAdapter[list[AnswerOut]] = TypeAdapter(list[AnswerOut])


@router.post(
    "/entries",
    status_code=201,
    dependencies=[may(Action.POST_ENTRIES)],
    response_model=AnswerOut,
    responses={
        200: {"model": AnswerOut, "description": "It was posted before, saying the same."},
        **responses(
            (403, "The caller is neither finance officer nor system."),
            (409, "The journal refuses it: the problem names the rule."),
            (422, "The entry cannot be read."),
            (503, "Too many entries wait; send it again in a moment, under the same id."),
        ),
    },
)
async def post_entry(body: EntryAsked, caller: Caller, request: Request, response: Response) -> AnswerOut:
    """Post one entry. Sent again under its id it is answered as the first time, and posts nothing."""
    fault = _checked(body)
    if isinstance(fault, Malformed):
        errors = [{"name": fault.code, "message": fault.text}]
        raise Problem(422, "entry-malformed", "The entry cannot be posted", fault.text, errors=errors)
    if takes_what_is_held(body):
        late = await refusals_of_late(await reading(request, caller), [body])
        _raise_refused(late.get(body.entry_id))
    (answer,) = await _post_with_others(_posting(body), caller, request)
    _raise_refused(answer.refusal)
    if answer.is_replay:
        response.status_code = 200
    return _told_of(answer)


@router.post(
    "/entries:batch",
    dependencies=[may(Action.POST_ENTRIES)],
    response_model=AnswersOut,
    responses=responses(
        (403, "The caller is neither finance officer nor system."),
        (422, "The batch is empty or too large."),
    ),
)
async def post_entries(body: BatchIn, work: Reading) -> Response:
    """Post up to 5,000 entries, each with its own answer; those that are linked stand or fall together."""
    late = await refusals_of_late(work, [one for one in body.entries if isinstance(one, EntryAsked)])
    entries = [
        one if isinstance(one, Malformed) or one.entry_id not in late else _refused_as_late(one, late[one.entry_id])
        for one in body.entries
    ]
    answers = [answer for group in _groups(entries) for answer in group]
    asked = [one for one in answers if isinstance(one, Posting)]
    work.touches(budget_id=[one.entry.budget_id for one in asked])
    posted = iter(await journal_store.post(work, *asked))
    told = [_told_of(next(posted)) if isinstance(one, Posting) else one for one in answers]
    return Response(b'{"answers":' + _ANSWERS.dump_json(told) + b"}", media_type="application/json")


def _raise_refused(refusal: Refusal | None) -> None:
    if refusal:
        errors = [{"name": refusal.value, "message": MEANING[refusal]}]
        raise Problem(409, "entry-refused", "The journal refuses it", MEANING[refusal], errors=errors)


def _refused_as_late(entry: EntryAsked, refusal: Refusal) -> Malformed:
    return _malformed(entry, refusal.value, MEANING[refusal])


async def _post_with_others(posting: Posting, caller: Principal, request: Request) -> list[Answer]:
    """Post in one transaction with whoever else posts at this moment; alone, where this process gathers nobody."""
    gatherer: Gatherer | None = getattr(request.app.state, "beside", None)
    if gatherer is None:
        work = await reading(request, caller)
        work.touches(budget_id=[posting.entry.budget_id])
        return await journal_store.post(work, posting)
    async with recorded_elsewhere(request, 201) as access:
        return await gatherer.post(caller.council, posting, access=kept_of(access) if access else None)


def _groups(entries: Sequence[EntryAsked | Malformed]) -> Iterator[list[Posting | AnswerOut]]:
    """What is to be posted of each run of linked entries, or why nothing of it is.

    Each run has a number of its own: two with the same stay two where all that stood between them cannot be read.
    """
    for number, (linked, run) in enumerate(groupby(entries, lambda entry: entry.linked)):
        group = list(run)
        is_broken = linked is not None and any(isinstance(entry, Malformed) for entry in group)
        yield [_asked(entry, None if linked is None else number, is_broken) for entry in group]


def _asked(entry: EntryAsked | Malformed, linked: int | None, is_broken: bool) -> Posting | AnswerOut:
    if isinstance(entry, Malformed):
        return _refused(entry.entry_id, entry.code, entry.text)
    if is_broken:
        return _refused(entry.entry_id, Refusal.LINKED_REFUSED, MEANING[Refusal.LINKED_REFUSED])
    return _posting(entry, linked)


def _posting(body: EntryAsked, linked: int | None = None) -> Posting:
    return Posting(body, linked, body.expires_on, body.item_id)


def _told_of(answer: Answer) -> AnswerOut:
    if answer.refusal:
        return _refused(answer.entry_id, answer.refusal, MEANING[answer.refusal])
    return AnswerOut(answer.entry_id, Outcome.REPLAYED if answer.is_replay else Outcome.POSTED, answer.sequence)


def _refused(entry_id: UUID | None, code: str, text: str) -> AnswerOut:
    return AnswerOut(entry_id, Outcome.REFUSED, None, RefusalOut(str(code), text))
