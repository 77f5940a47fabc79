"""What a page tells of one stream: sums, lines, what the money may buy, who may not be paid, terms, working."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.console import wording

_WITH_AWARD = ("confirmed", "indicative")
_CHALLENGE = "challenge"


@dataclass(frozen=True)
class Figure:
    """A figure that a step rests on; ``meaning`` says in a sentence what it is."""

    meaning: str
    value: str
    citation: str
    unconfirmed: bool


@dataclass(frozen=True)
class Step:
    """One test or sum of a decision."""

    code: str
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
class Line:
    """One line of an award, and how it is paid."""

    text: str
    paid: str
    pence: int
    amount_pence: int


@dataclass(frozen=True)
class Cited:
    """A sentence with its source; ``due_on`` where the law sets a day."""

    text: str
    citation: str
    unconfirmed: bool
    due_on: str | None = None


@dataclass(frozen=True)
class Terms:
    """Terms of one kind."""

    title: str
    terms: tuple[Cited, ...]


@dataclass(frozen=True)
class Part:
    """One stream's decision, and its part of the whole where it has one.

    Args:
        in_kind: things are given: the sum is their value and no money to spend.
        lines: empty where the reasons are away.
        challenge: how to challenge the decision.
        terms: the others, by kind.
        doubtful: what the decision rests on and no source confirms, in words.
        steps: None where the reasons are away.
        letter: joins the bar with its table.
        left_percent: where the part begins in the bar.
        width_percent: how much of the bar it takes.
    """

    stream: str
    code: str
    status: str
    status_code: str
    decided_by: str
    partner_decision: str
    amount_pence: int
    share_pence: int
    starts_on: str
    ends_on: str
    cadence: str
    in_kind: bool
    lines: tuple[Line, ...]
    uses: tuple[Uses, ...]
    payee_bars: tuple[Cited, ...]
    conditions: tuple[str, ...]
    challenge: tuple[Cited, ...]
    terms: tuple[Terms, ...]
    missing: tuple[str, ...]
    doubtful: tuple[str, ...]
    steps: tuple[Step, ...] | None
    letter: str = ""
    left_percent: str = "0"
    width_percent: str = "0"
    has_room: bool = False

    @property
    def has_award(self) -> bool:
        """Whether the stream gives something, now or as it looks."""
        return self.status_code in _WITH_AWARD and self.amount_pence > 0

    @property
    def has_money(self) -> bool:
        """Whether the stream puts in money, now or as it looks."""
        return self.has_award and not self.in_kind

    @property
    def middle_percent(self) -> str:
        """Where the part's letter stands in the bar."""
        return f"{float(self.left_percent) + float(self.width_percent) / 2:.3f}"

    @property
    def reasons(self) -> tuple[str, ...]:
        """The tests that failed, in words."""
        return tuple(step.text for step in self.steps or () if step.outcome_code == "failed")


def parts_of(awards: Mapping[str, Any] | None, budget: Mapping[str, Any] | None) -> list[Part]:
    """Each stream once, in the order of decision."""
    decided = {award["stream"]: award for award in (awards or {}).get("awards", ())}
    funds = {fund["stream"]: fund for fund in (budget or {}).get("funds", ())}
    return [part_of(decided.get(stream), funds.get(stream)) for stream in dict.fromkeys([*decided, *funds])]


def part_of(award: Mapping[str, Any] | None, fund: Mapping[str, Any] | None) -> Part:
    """A stream's part: sums from its fund, reasons from its award, whichever is there."""
    told = {**(award or {}), **(fund or {})}
    reasons = award or {}
    terms = reasons.get("terms", ())
    return Part(
        stream=reasons.get("stream_label") or wording.named(wording.STREAMS, told["stream"]),
        code=told["stream"],
        status=wording.named(wording.STATUSES, told["status"]),
        status_code=told["status"],
        decided_by=told["decided_by"],
        partner_decision=reasons.get("partner_decision") or "",
        amount_pence=told["amount_pence"],
        share_pence=told["contribution_pence"],
        starts_on=told["starts_on"],
        ends_on=told["ends_on"],
        cadence=wording.named(wording.CADENCES, told["cadence"]),
        in_kind=told["cadence"] == "in_kind",
        lines=tuple(_line(line) for line in reasons.get("lines", ())),
        uses=tuple(_uses(told["permitted_uses"])),
        payee_bars=tuple(_cited(bar) for bar in reasons.get("payee_bars", ())),
        conditions=tuple(wording.told(text) for text in told["conditions"]),
        challenge=tuple(_cited(term) for term in terms if term["kind"] == _CHALLENGE),
        terms=tuple(_terms([term for term in terms if term["kind"] != _CHALLENGE])),
        missing=tuple(wording.fact(name) for name in reasons.get("missing_facts", ())),
        doubtful=tuple(_doubtful(reasons)),
        steps=tuple(_step(step) for step in award["trace"]) if award else None,
    )


def _line(line: Mapping[str, Any]) -> Line:
    return Line(
        text=wording.told(line["text"]),
        paid=wording.named(wording.MONEY, line["money"]),
        pence=line["pence"],
        amount_pence=line["amount_pence"],
    )


def _uses(permitted: Sequence[Mapping[str, Any]]) -> Iterator[Uses]:
    """Uses gathered under their conditions, the free ones first."""
    gathered: dict[str, list[str]] = {"": []}
    for each in permitted:
        gathered.setdefault(each["condition"] or "", []).append(wording.named(wording.USES, each["use"]))
    for condition, uses in gathered.items():
        if uses:
            yield Uses(wording.told(condition).rstrip("."), tuple(wording.sentence(use) for use in uses))


def _terms(terms: Sequence[Mapping[str, Any]]) -> Iterator[Terms]:
    """Terms by kind, in the order in which pages tell them; a kind that we do not know comes last."""
    kinds = dict.fromkeys([*wording.TERMS, *(term["kind"] for term in terms)])
    for kind in kinds:
        if of_kind := tuple(_cited(term) for term in terms if term["kind"] == kind):
            yield Terms(wording.named(wording.TERMS, kind), of_kind)


def _cited(told: Mapping[str, Any]) -> Cited:
    return Cited(wording.told(told["text"]), told["citation"], told["unconfirmed"], told.get("due_on"))


def _doubtful(award: Mapping[str, Any]) -> Iterator[str]:
    """What no source confirms, each by its meaning where the working gives one."""
    figures = [figure for step in award.get("trace", ()) for figure in step["figures"]]
    meanings = {figure["name"]: _meaning(figure) for figure in figures}
    for name in award.get("unconfirmed", ()):
        yield meanings.get(name) or wording.figure_name(name)


def _step(step: Mapping[str, Any]) -> Step:
    figures = (
        Figure(
            _meaning(figure),
            wording.figure_value(figure["value"]),
            figure["citation"],
            unconfirmed=figure["unconfirmed"],
        )
        for figure in step["figures"]
    )
    outcome = wording.named(wording.OUTCOMES, step["outcome"])
    return Step(step["code"], outcome, step["outcome"], wording.told(step["text"]), tuple(figures))


def _meaning(figure: Mapping[str, Any]) -> str:
    return wording.told(figure.get("meaning") or wording.figure_name(figure["name"])).rstrip(".")
