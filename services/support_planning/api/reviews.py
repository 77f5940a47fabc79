"""Reviews over HTTP: when each is due, what it compares, and what came of it."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from braid.kit.http import Caller, ExpectedVersion, Reading, UnitOfWorkRoute, Writing, entity_tag
from braid.kit.identity import Principal
from braid.kit.permissions import Action, may
from braid.kit.problems import not_found, responses
from braid.kit.unit_of_work import UnitOfWork
from services.support_planning import progress_store, reviewing
from services.support_planning.api.finding_plans import KEY, NO_PERSON, NO_VERSION, STALE
from services.support_planning.api.progress import CarerOut, carers_for
from services.support_planning.asking_the_ledger import Ledger
from services.support_planning.content import Day, JudgedPart, Name, Part, Words
from services.support_planning.domain.reviews import Kind, Met, Outcome
from services.support_planning.reviews_compared import ComparedOut
from services.support_planning.tables import ReviewRow

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["reviews"])

NOT_YOURS = (404, "No such review, or the record is not yours to see.")


class ReviewIn(Part):
    """Why somebody asks for a review, and by when."""

    reason: Words
    due_on: Day


class ReviewOut(BaseModel):
    """A review."""

    review_id: UUID
    person_id: UUID
    plan_id: UUID | None
    kind: Kind
    stream: str | None = Field(description="Whose review it is, where a stream asks for its own.")
    reason: str
    due_on: date
    is_overdue: bool
    reminded_at: datetime | None
    held_on: date | None
    result: dict[str, Any] | None
    version: int


class ReviewsOut(BaseModel):
    """A person's reviews, those that are due first coming first."""

    reviews: list[ReviewOut]


class ReviewWithComparison(ReviewOut):
    """A review with what it looks at."""

    compared: ComparedOut
    carers: list[CarerOut] = Field(description="Carers' own assessments; empty for all but the council's staff.")


class ResultIn(Part):
    """What came of a review."""

    held_on: Day
    outcome: Outcome
    met: Annotated[dict[Name, Met], Field(max_length=50, description="How far each outcome of the plan is met.")]
    words: Annotated[Words, Field(description="What was said, in the person's words and others'.")]
    asked_by_person: Annotated[
        bool, Field(description="Where money goes down or ends: that the person themselves asks for it.")
    ] = False
    judged: Annotated[list[JudgedPart], Field(default_factory=list, max_length=100)]


@router.get("/people/{person_id}/reviews", dependencies=[may(Action.READ_PLAN)], responses=responses(NO_PERSON))
async def read_reviews(person_id: UUID, work: Reading, caller: Caller) -> ReviewsOut:
    """A person's reviews."""
    if not caller.may_read(person_id):
        raise not_found("person")
    rows = await reviewing.reviews_of(work, person_id)
    return ReviewsOut(reviews=[_review_out(row, work) for row in rows])


@router.post(
    "/people/{person_id}/reviews",
    status_code=201,
    dependencies=[may(Action.ASK_REVIEW)],
    responses=responses(KEY, NO_PERSON),
)
async def ask_for_review(
    person_id: UUID, body: ReviewIn, work: Writing, caller: Caller, response: Response
) -> ReviewOut:
    """Ask for a review."""
    if not caller.may_read(person_id):
        raise not_found("person")
    await work.lock_person(person_id)
    row = await reviewing.ask_for(work, person_id, body.reason, body.due_on, key=str(uuid4()))
    response.headers["Location"] = f"/v1/reviews/{row.review_id}"
    response.headers.update(entity_tag(row.version))
    return _review_out(row, work)


@router.get("/reviews/{review_id}", dependencies=[may(Action.READ_PLAN)], responses=responses(NOT_YOURS))
async def read_review(
    review_id: UUID, work: Reading, caller: Caller, ledger: Ledger, response: Response
) -> ReviewWithComparison:
    """A review, with needs, money and spending then and now beside each other."""
    row = await _review(review_id, work, caller)
    response.headers.update(entity_tag(row.version))
    found = await reviewing.compared(work, row, ledger, work.now.date())
    return ReviewWithComparison(
        **_review_out(row, work).model_dump(),
        compared=ComparedOut.model_validate(found, from_attributes=True),
        carers=carers_for(caller, await progress_store.load(work, row.person_id)),
    )


@router.post(
    "/reviews/{review_id}/result",
    dependencies=[may(Action.HOLD_REVIEW)],
    responses=responses(
        KEY,
        NOT_YOURS,
        STALE,
        NO_VERSION,
        (409, "It was held, or money would go down and needs give no ground for it."),
        (422, "An outcome of the plan has no word, or a need is judged that can be ranked."),
    ),
)
async def hold_review(
    review_id: UUID,
    body: ResultIn,
    work: Writing,
    caller: Caller,
    ledger: Ledger,
    seen: ExpectedVersion,
    response: Response,
) -> ReviewOut:
    """Keep what came of a review; money goes down only where needs give a ground, or the person asks."""
    row = await _review(review_id, work, caller)
    await work.lock_person(row.person_id)
    await work.session.refresh(row, with_for_update=True)
    judged = tuple(one.judged() for one in body.judged)
    result = reviewing.Result(body.held_on, body.outcome, dict(body.met), body.words, body.asked_by_person, judged)
    row = await reviewing.hold(work, row, result, ledger, seen_version=seen, by=caller.subject)
    response.headers.update(entity_tag(row.version))
    return _review_out(row, work)


async def _review(review_id: UUID, work: UnitOfWork, caller: Principal) -> ReviewRow:
    row = await reviewing.review(work, review_id)
    if row is None or not caller.may_read(row.person_id):
        raise not_found("review")
    return row


def _review_out(row: ReviewRow, work: UnitOfWork) -> ReviewOut:
    is_overdue = row.held_on is None and row.due_on < work.now.date()
    return ReviewOut(**row.model_dump(include=set(ReviewOut.model_fields)), is_overdue=is_overdue)
