"""A person's statement as page data: every sum written out, every sentence whole, every figure with its entries."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from services.ledger.domain.in_words import day, days, pounds
from services.ledger.domain.statements.statement import BudgetStatement, Movement


class MovementOut(BaseModel):
    """One thing that happened, in plain words."""

    on: date
    recorded_on: date = Field(description="When it was written down; later than the day itself for late news.")
    text: str
    change_pence: int = Field(description="By how much the money that is left changed.")
    to_account_pence: int = Field(description="What was paid into the person's own account.")
    left_pence: int
    by_stream: dict[str, int] = Field(description="The change, stream by stream; it adds up to the change.")
    entry: str = Field(description="Where the journal's entry behind it is.")


class StreamOut(BaseModel):
    """One stream's part: opening + in - out = closing."""

    stream: str
    name: str
    opening_pence: int
    in_pence: int
    out_pence: int
    closing_pence: int
    in_account_pence: int
    held_pence: int
    entries: str = Field(description="Where the entries behind these figures are.")


class StatementOut(BaseModel):
    """A statement for any period, as known at any time; the streams add up to the whole."""

    budget_id: UUID
    person_id: UUID
    first: date
    last: date
    known_at: datetime
    title: str
    period: str
    summary: list[str] = Field(description="The statement in a few sentences.")
    opening_pence: int
    closing_pence: int
    in_account_pence: int
    held_pence: int
    to_pay_back_pence: int
    streams: list[StreamOut]
    movements: list[MovementOut]
    more: str | None = Field(description="Where the movements go on, where they do not all fit on this page.")


def entry_address(person_id: UUID, entry_id: UUID) -> str:
    """Where one entry of a person's budget is read."""
    return f"/v1/people/{person_id}/budget/entries/{entry_id}"


def entries_address(person_id: UUID, made: BudgetStatement, stream: str | None = None) -> str:
    """Where the entries behind a statement's figures are read, or those of one stream."""
    place = f"/v1/people/{person_id}/budget/statement/entries"
    asked = f"first={made.first}&last={made.last}&known_at={made.known_at.isoformat().replace('+', '%2B')}"
    return f"{place}?{asked}{f'&stream={stream}' if stream else ''}"


def statement_page(
    made: BudgetStatement, person_id: UUID, *, skip: int = 0, most: int | None = None, address: str = ""
) -> StatementOut:
    """Write a statement out.

    Args:
        made: the statement.
        person_id: whose.
        skip: how many movements were on earlier pages.
        most: how many movements fit; None for all.
        address: where the page was asked for, for the way on.
    """
    until = len(made.movements) if most is None else min(skip + most, len(made.movements))
    return StatementOut(
        budget_id=made.budget_id,
        person_id=person_id,
        first=made.first,
        last=made.last,
        known_at=made.known_at,
        title="Your budget statement",
        period=days(made.first, made.last),
        summary=_summary(made),
        opening_pence=made.opening_pence,
        closing_pence=made.closing_pence,
        in_account_pence=sum(part.in_account_pence for part in made.streams),
        held_pence=sum(part.held_pence for part in made.streams),
        to_pay_back_pence=made.to_pay_back_pence,
        streams=[
            StreamOut(**vars(part), entries=entries_address(person_id, made, part.stream)) for part in made.streams
        ],
        movements=[_movement(one, person_id) for one in made.movements[skip:until]],
        more=f"{address}&after={until}" if until < len(made.movements) else None,
    )


def _movement(one: Movement, person_id: UUID) -> MovementOut:
    return MovementOut(
        on=one.on,
        recorded_on=one.recorded_on,
        text=one.text,
        change_pence=one.change_pence,
        to_account_pence=one.to_account_pence,
        left_pence=one.left_pence,
        by_stream={change.stream: change.pence for change in one.by_stream},
        entry=entry_address(person_id, one.entry_id),
    )


def _summary(made: BudgetStatement) -> list[str]:
    came = sum(part.in_pence for part in made.streams)
    went = sum(part.out_pence for part in made.streams)
    told = [
        f"On {day(made.first)} you had {pounds(made.opening_pence)}.",
        f"{pounds(came)} came in and {pounds(went)} went out.",
        f"On {day(made.last)} you had {pounds(made.closing_pence)} left.",
    ]
    in_account = sum(part.in_account_pence for part in made.streams)
    held = sum(part.held_pence for part in made.streams)
    if in_account:
        told.append(f"{pounds(in_account)} of that is in your own account.")
    if held:
        told.append(f"{pounds(held)} of that is held for things that are already agreed.")
    if made.to_pay_back_pence:
        told.append(f"You have {pounds(made.to_pay_back_pence)} to pay back, as decided.")
    return told
