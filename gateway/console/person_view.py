"""What the page of a person's budget shows, worked out from the whole-budget read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.console import wording
from gateway.console.journal_view import StreamJournal, journals

#: A part narrower than this, in per cent of the bar, has no room for its letter.
LETTER_PERCENT_MIN = 9
_WITH_MONEY = ("confirmed", "indicative")


@dataclass(frozen=True)
class Figure:
    """A figure that a step rests on."""

    name: str
    value: str
    citation: str
    unconfirmed: bool


@dataclass(frozen=True)
class Step:
    """One test or sum of a decision."""

    outcome: str
    outcome_code: str
    text: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Uses:
    """Uses that share one condition; none where it is empty."""

    condition: str
    uses: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """One stream's decision, and its part of the whole where it has one.

    Args:
        letter: joins the bar with its table.
        left_percent: where the part begins in the bar.
        width_percent: how much of the bar it takes.
    """

    stream: str
    code: str
    status: str
    status_code: str
    decided_by: str
    amount_pence: int
    share_pence: int
    pence_per_week: int | None
    starts_on: str
    ends_on: str
    cadence: str
    uses: tuple[Uses, ...]
    conditions: tuple[str, ...]
    missing: tuple[str, ...]
    steps: tuple[Step, ...] | None
    letter: str = ""
    left_percent: str = "0"
    width_percent: str = "0"
    has_room: bool = False

    @property
    def has_money(self) -> bool:
        """Whether the stream puts in money, now or as it looks."""
        return self.status_code in _WITH_MONEY and self.amount_pence > 0

    @property
    def middle_percent(self) -> str:
        """Where the part's letter stands in the bar."""
        return f"{float(self.left_percent) + float(self.width_percent) / 2:.3f}"


@dataclass(frozen=True)
class Whole:
    """The one budget."""

    total_pence: int
    confirmed_pence: int
    indicative_pence: int
    share_pence: int
    starts_on: str
    ends_on: str
    summary: str


@dataclass(frozen=True)
class Allocation:
    """How the indicative allocation was worked out."""

    needs_a_person: bool
    pence_per_year: int
    points_thousandths: int
    as_of: str
    table_id: str
    table_version: int
    lines: Sequence[Mapping[str, Any]]
    domains: Sequence[Mapping[str, Any]]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Milestone:
    """Something that has happened, or None for when it has not yet."""

    text: str
    reached_at: str | None


@dataclass(frozen=True)
class PersonView:
    """Everything on the page; what is away or not there yet is None."""

    name: str
    person: Mapping[str, Any] | None
    user_group: str
    stage: str
    waits_for: str
    milestones: tuple[Milestone, ...]
    whole: Whole | None
    parts: tuple[Part, ...]
    without_money: tuple[Part, ...]
    allocation: Allocation | None
    journals: tuple[StreamJournal, ...] | None
    unavailable: tuple[str, ...]
    away: frozenset[str]


def person_view(read: Mapping[str, Any]) -> PersonView:
    """The page of a whole-budget read."""
    person, progress, budget = read["person"], read["progress"], read["budget"]
    streams = _parts(read)
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
        without_money=tuple(part for part in streams if not part.has_money),
        allocation=_allocation(read["allocation"]) if read["allocation"] else None,
        journals=journals(read["entries"]["entries"]) if read["entries"] else None,
        unavailable=tuple(wording.PARTS[name] for name in read["unavailable"]),
        away=frozenset(read["unavailable"]),
    )


def _parts(read: Mapping[str, Any]) -> list[Part]:
    """Each stream once, in the order of decision: sums from its fund, reasons from its award, whichever is there."""
    awards = {award["stream"]: award for award in (read["awards"] or {}).get("awards", ())}
    funds = {fund["stream"]: fund for fund in (read["budget"] or {}).get("funds", ())}
    return [_part(awards.get(stream), funds.get(stream)) for stream in dict.fromkeys([*awards, *funds])]


def _part(award: Mapping[str, Any] | None, fund: Mapping[str, Any] | None) -> Part:
    told = {**(award or {}), **(fund or {})}
    return Part(
        stream=wording.named(wording.STREAMS, told["stream"]),
        code=told["stream"],
        status=wording.named(wording.STATUSES, told["status"]),
        status_code=told["status"],
        decided_by=told["decided_by"],
        amount_pence=told["amount_pence"],
        share_pence=told["contribution_pence"],
        pence_per_week=told.get("pence_per_week"),
        starts_on=told["starts_on"],
        ends_on=told["ends_on"],
        cadence=wording.named(wording.CADENCES, told["cadence"]),
        uses=tuple(_uses(told["permitted_uses"])),
        conditions=tuple(wording.told(text) for text in told["conditions"]),
        missing=tuple(wording.fact(name) for name in award["missing_facts"]) if award else (),
        steps=tuple(_step(step) for step in award["trace"]) if award else None,
    )


def _placed(parts: list[Part]) -> Iterator[Part]:
    """Parts with their letters and places in the bar."""
    total = sum(part.amount_pence for part in parts)
    left = 0
    for number, part in enumerate(parts):
        width = 100 * part.amount_pence / total
        yield Part(
            **{
                **vars(part),
                "letter": chr(ord("A") + number),
                "left_percent": f"{100 * left / total:.3f}",
                "width_percent": f"{width:.3f}",
                "has_room": width >= LETTER_PERCENT_MIN,
            }
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


def _uses(permitted: Sequence[Mapping[str, Any]]) -> Iterator[Uses]:
    """Uses gathered under their conditions, the free ones first."""
    gathered: dict[str, list[str]] = {"": []}
    for each in permitted:
        gathered.setdefault(each["condition"] or "", []).append(wording.named(wording.USES, each["use"]))
    for condition, uses in gathered.items():
        if uses:
            yield Uses(wording.told(condition).rstrip("."), tuple(wording.sentence(use) for use in uses))


def _step(step: Mapping[str, Any]) -> Step:
    figures = (
        Figure(
            wording.figure_name(figure["name"]),
            wording.figure_value(figure["value"]),
            figure["citation"],
            figure["unconfirmed"],
        )
        for figure in step["figures"]
    )
    outcome = wording.named(wording.OUTCOMES, step["outcome"])
    return Step(outcome, step["outcome"], wording.told(step["text"]), tuple(figures))


def _allocation(allocation: Mapping[str, Any]) -> Allocation:
    return Allocation(
        needs_a_person=allocation["outcome"] == "needs_a_person",
        pence_per_year=allocation["pence_per_year"],
        points_thousandths=allocation["points_thousandths"],
        as_of=allocation["as_of"],
        table_id=allocation["table_id"],
        table_version=allocation["table_version"],
        lines=allocation["lines"],
        domains=allocation["points_explanation"],
        notes=tuple(wording.told(note) for note in allocation["notes"]),
    )


def _milestones(progress: Mapping[str, Any]) -> tuple[Milestone, ...]:
    """What has happened, and after it what has not yet."""
    reached = {each["milestone"]: each["reached_at"] for each in progress["milestones"]}
    still_ahead = [code for code in wording.MILESTONES if code not in reached]
    happened = [Milestone(wording.named(wording.MILESTONES, code), at) for code, at in reached.items()]
    return (*happened, *(Milestone(wording.MILESTONES[code], None) for code in still_ahead))
