"""What the page of a person's budget shows, worked out from the whole-budget read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gateway.console import wording
from gateway.console.allocation_view import Allocation, allocation_in_short
from gateway.console.journal_view import StreamJournal, journals
from gateway.console.stream_part import Part, parts_of

#: A part narrower than this, in per cent of the bar, has no room for its letter.
LETTER_PERCENT_MIN = 9


@dataclass(frozen=True)
class Whole:
    """The one budget; what is given in kind is no part of it."""

    total_pence: int
    confirmed_pence: int
    indicative_pence: int
    share_pence: int
    starts_on: str
    ends_on: str
    summary: str


@dataclass(frozen=True)
class Milestone:
    """Something that has happened, or None for when it has not yet."""

    text: str
    reached_at: str | None


@dataclass(frozen=True)
class PersonView:
    """Everything on the page; what is away or not there yet is None.

    Args:
        parts: streams that put in money.
        things: streams that give things.
        without_award: streams that give nothing, or have not decided.
    """

    name: str
    person: Mapping[str, Any] | None
    user_group: str
    stage: str
    waits_for: str
    milestones: tuple[Milestone, ...]
    whole: Whole | None
    parts: tuple[Part, ...]
    things: tuple[Part, ...]
    without_award: tuple[Part, ...]
    allocation: Allocation | None
    journals: tuple[StreamJournal, ...] | None
    unavailable: tuple[str, ...]
    away: frozenset[str]


def person_view(read: Mapping[str, Any]) -> PersonView:
    """The page of a whole-budget read."""
    person, progress, budget = read["person"], read["progress"], read["budget"]
    streams = parts_of(read["awards"], read["budget"])
    names = {part.code: part.stream for part in streams}
    parts = tuple(_placed([part for part in streams if part.has_money]))
    return PersonView(
        name=person["name"] if person else "",
        person=person,
        user_group=wording.named(wording.USER_GROUPS, person["user_group"]) if person else "",
        stage=wording.named(wording.STAGES, progress["stage"]) if progress else "",
        waits_for=wording.inside(progress["waits_for"]) if progress else "",
        milestones=_milestones(progress) if progress else (),
        whole=_whole(budget, parts) if budget else None,
        parts=parts,
        things=tuple(part for part in streams if part.has_award and part.in_kind),
        without_award=tuple(part for part in streams if not part.has_award),
        allocation=allocation_in_short(read["allocation"]) if read["allocation"] else None,
        journals=journals(read["entries"]["entries"], names) if read["entries"] else None,
        unavailable=tuple(wording.PARTS[name] for name in read["unavailable"]),
        away=frozenset(read["unavailable"]),
    )


def _placed(parts: list[Part]) -> Iterator[Part]:
    """Parts with their letters and places in the bar."""
    total = sum(part.amount_pence for part in parts)
    left = 0
    for number, part in enumerate(parts):
        width = 100 * part.amount_pence / total
        yield replace(
            part,
            letter=chr(ord("A") + number),
            left_percent=f"{100 * left / total:.3f}",
            width_percent=f"{width:.3f}",
            has_room=width >= LETTER_PERCENT_MIN,
        )
        left += part.amount_pence


def _whole(budget: Mapping[str, Any], parts: Sequence[Part]) -> Whole:
    return Whole(
        total_pence=budget["total_pence"],
        confirmed_pence=budget["confirmed_pence"],
        indicative_pence=budget["indicative_pence"],
        share_pence=sum(part.share_pence for part in parts),
        starts_on=min((part.starts_on for part in parts), default=budget["opened_on"]),
        ends_on=max((part.ends_on for part in parts), default=""),
        summary=_in_words(budget["total_pence"], parts),
    )


def _in_words(total_pence: int, parts: Sequence[Part]) -> str:
    """The bar in one line."""
    told = [f"{part.stream} {wording.pounds(part.amount_pence)} ({part.status.lower()})" for part in parts]
    return f"{wording.pounds(total_pence)} in all: {wording.listed(told)}." if told else "No stream has put in money."


def _milestones(progress: Mapping[str, Any]) -> tuple[Milestone, ...]:
    """What has happened, and after it what has not yet."""
    reached = {each["milestone"]: each["reached_at"] for each in progress["milestones"]}
    still_ahead = [code for code in wording.MILESTONES if code not in reached]
    happened = [Milestone(wording.named(wording.MILESTONES, code), at) for code, at in reached.items()]
    return (*happened, *(Milestone(wording.MILESTONES[code], None) for code in still_ahead))
