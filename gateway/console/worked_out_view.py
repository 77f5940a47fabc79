"""How a budget was worked out: from answers to pounds, each step a sentence, a figure and its source."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.console import wording
from gateway.console.stream_part import Part

Told = Mapping[str, Any]
POINTS, SOCIAL_CARE, CHARGE = "points", "adult_social_care", "charge"


@dataclass(frozen=True)
class Step:
    """One step.

    Args:
        title: a few words.
        sentence: what was done, and why.
        source: where the figure is from.
        pence: what it adds or takes away; for a sum, what there is by then.
        is_sum: it says what there is so far, and adds nothing.
        stream: code of the stream whose colour it has; empty where it has none.
    """

    title: str
    sentence: str
    source: str
    pence: int
    is_sum: bool = False
    stream: str = ""


@dataclass(frozen=True)
class Bar:
    """A step in the picture, in per cent of its width.

    Args:
        number: joins it with its row in the table.
    """

    step: Step
    number: int
    left_percent: str
    width_percent: str
    until_pence: int

    @property
    def kind(self) -> str:
        """What its colour says: a sum, more or less."""
        return "sum-bar" if self.step.is_sum else "less" if self.step.pence < 0 else "more"


@dataclass(frozen=True)
class WorkedOut:
    """The page.

    Args:
        summary: the picture in one line.
        things: value of what is given as things, which is no part of the sum, by stream.
        is_whole: every part could be had.
    """

    bars: tuple[Bar, ...]
    summary: str
    needs_a_person: bool
    notes: tuple[str, ...]
    things: tuple[Part, ...]
    is_whole: bool


def worked_out(allocation: Told | None, parts: Sequence[Part], *, is_whole: bool) -> WorkedOut:
    """The steps of an allocation and of the streams that put in money.

    Args:
        allocation: None where there is none, or it cannot be had.
        parts: the streams' parts of the budget.
        is_whole: every part could be had.
    """
    # Adult social care rests on the allocation, so its decision comes next, whatever the order of decisions was.
    money = sorted((part for part in parts if part.has_money), key=lambda part: part.code != SOCIAL_CARE)
    steps = tuple(_steps(allocation, money, next((part for part in parts if part.code == SOCIAL_CARE), None)))
    return WorkedOut(
        bars=tuple(_bars(steps)),
        summary=_summary(allocation, money),
        needs_a_person=bool(allocation and allocation["outcome"] == "needs_a_person"),
        notes=tuple(wording.told(note) for note in allocation["notes"]) if allocation else (),
        things=tuple(part for part in parts if part.has_award and part.in_kind),
        is_whole=is_whole,
    )


def _steps(allocation: Told | None, money: Sequence[Part], care: Part | None) -> Iterator[Step]:
    figure = 0
    if allocation and allocation["lines"]:
        yield from _of_the_table(allocation)
        figure = allocation["pence_per_year"]
        yield Step(
            "Your indicative allocation",
            "This is what your answers come to in a year, before anybody decides.",
            _table(allocation),
            figure,
            is_sum=True,
        )
        final = allocation["final"]
        if final and final["allocation_id"] == allocation["allocation_id"]:
            yield from _settled(final, figure)
            figure = final["pence_per_year"]
    elif allocation and allocation["final"]:
        figure = allocation["final"]["pence_per_year"]
        yield from _settled(allocation["final"], 0)
    if figure and care and not care.has_money:
        why = " ".join(care.reasons) or wording.whole_sentence(care.status)
        yield Step("Adult social care gives no money now", why, _source(care), -figure, stream=care.code)
    for part in money:
        if part.code == SOCIAL_CARE and figure:
            yield from _social_care(part, figure)
        else:
            yield Step(part.stream, _decided(part), _source(part), part.amount_pence, stream=part.code)
    if money:
        whole = sum(part.amount_pence for part in money)
        yield Step(
            "Your whole budget",
            f"{wording.sentence(_from(money))} together.",
            "The streams’ decisions",
            whole,
            is_sum=True,
        )
        shared = [part for part in money if part.share_pence]
        for part in shared:
            yield Step(
                f"You pay yourself towards {_stream_inside(part)}",
                _charge(part),
                _charge_source(part),
                -part.share_pence,
            )
        if shared:
            left = whole - sum(part.share_pence for part in shared)
            yield Step(
                "What public money pays",
                "Your whole budget less what you pay yourself.",
                "The streams’ decisions",
                left,
                is_sum=True,
            )


def _of_the_table(allocation: Told) -> Iterator[Step]:
    """The allocation's lines; the line of points part by part of life, where these come to it to the penny."""
    domains = [each for each in allocation["points_explanation"] if each["pence_per_year"]]
    for line in allocation["lines"]:
        if line["code"] == POINTS and sum(each["pence_per_year"] for each in domains) == line["pence_per_year"]:
            for each in domains:
                told = " ".join(wording.whole_sentence(wording.told(reason)) for reason in each["reasons"])
                yield Step(
                    each["title"],
                    told,
                    f"Your answers, and {wording.inside(_table(allocation))}",
                    each["pence_per_year"],
                )
        else:
            text = wording.told(line["text"])
            title, _, about = text.partition(": ")
            yield Step(title, wording.whole_sentence(about or text), _table(allocation), line["pence_per_year"])


def _table(allocation: Told) -> str:
    version, on = allocation["table_version"], wording.day(allocation["as_of"])
    return f"The council’s table “{allocation['table_id']}”, version {version}, as on {on}"


def _settled(final: Told, before: int) -> Iterator[Step]:
    by = wording.named(wording.SETTLED_BY, final["decided_by"])
    source = f"Settled by {by} on {wording.day(final['decided_on'])}"
    reason = wording.whole_sentence(final["reason"]) if final["reason"] else "It stands as it was worked out."
    if final["pence_per_year"] != before:
        yield Step("What was settled with you", reason, source, final["pence_per_year"] - before)
    yield Step("Your final figure", reason, source, final["pence_per_year"], is_sum=True)


def _social_care(part: Part, figure: int) -> Iterator[Step]:
    """Adult social care rests on the figure; what its decision adds or takes away is a step of its own."""
    if part.amount_pence != figure:
        yield Step(
            "What adult social care decided",
            _decided(part),
            _source(part),
            part.amount_pence - figure,
            stream=part.code,
        )
    yield Step(part.stream, _decided(part), _source(part), part.amount_pence, is_sum=True, stream=part.code)


def _decided(part: Part) -> str:
    lines = [
        f"{line.text}: {wording.pounds(line.pence)} {line.paid}" for line in part.lines if line.text != part.stream
    ]
    told = f" {wording.whole_sentence('; '.join(lines))}" if lines else ""
    sure = "Confirmed" if part.status_code == "confirmed" else "Not confirmed yet"
    return f"{sure}, for {wording.period(part.starts_on, part.ends_on)}.{told}"


def _source(part: Part) -> str:
    decision = f", decision {part.partner_decision}" if part.partner_decision else ""
    return f"Who decides: {part.decided_by}{decision}"


def _charge(part: Part) -> str:
    found = next((step.text for step in part.steps or () if step.code == CHARGE), "")
    return found or "Your own share, as the decision says."


def _charge_source(part: Part) -> str:
    cited = (figure.citation for step in part.steps or () if step.code == CHARGE for figure in step.figures)
    return next(cited, _source(part))


def _stream_inside(part: Part) -> str:
    return "adult social care" if part.code == SOCIAL_CARE else part.stream


def _from(money: Sequence[Part]) -> str:
    return wording.listed([part.stream for part in money])


def _bars(steps: Sequence[Step]) -> Iterator[Bar]:
    """Each step from where the last one ended."""
    most = max((abs(step.pence) for step in steps), default=0)
    reach, at = 0, 0
    ends = []
    for step in steps:
        start = 0 if step.is_sum else at
        # A stream that comes beside the one before it begins where all before it end.
        at = step.pence if step.is_sum else at + step.pence
        ends.append((start, at))
        reach = max(reach, start, at)
    widest = max(reach, most, 1)
    for number, (step, (start, end)) in enumerate(zip(steps, ends, strict=True), 1):
        low, high = min(start, end), max(start, end)
        yield Bar(step, number, f"{100 * low / widest:.3f}", f"{100 * (high - low) / widest:.3f}", end)


def _summary(allocation: Told | None, money: Sequence[Part]) -> str:
    """The picture in a few words."""
    told = []
    if allocation and allocation["lines"]:
        told.append(f"Your answers come to {wording.pounds(allocation['pence_per_year'])} a year.")
    if money:
        whole = wording.pounds(sum(part.amount_pence for part in money))
        told.append(f"Your whole budget is {whole}, from {_from(money)}.")
        if share := sum(part.share_pence for part in money):
            told.append(f"You pay {wording.pounds(share)} of it yourself.")
    return " ".join(told) or "Nothing has been worked out yet."
