"""What the page of a person's allocation shows: from the indicative to the final figure, and where pounds are from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.console import wording

Told = Mapping[str, Any]


@dataclass(frozen=True)
class Allocation:
    """An indicative allocation in short, and the final figure where one is settled.

    Args:
        final: the latest final figure; None where none was ever settled.
        is_settled: the final figure is of this allocation and not of one before it.
    """

    needs_a_person: bool
    pence_per_year: int
    points_thousandths: int
    as_of: str
    table_id: str
    table_version: int
    lines: Sequence[Told]
    notes: tuple[str, ...]
    final: Told | None
    is_settled: bool


@dataclass(frozen=True)
class Days:
    """The spread of good and bad days, with what they come to when weighed by how often they come."""

    kinds: tuple[Told, ...]
    weighed_pence: int | None


@dataclass(frozen=True)
class AllocationView:
    """Everything on the page.

    Args:
        rule: how the council's rule leads to a final figure: who may settle what.
        domains: points and pounds by part of life.
        costed_hours: the same needs as hours at their price, with the gap; None where the table has no hours.
        answers: what each answer is worth a week; None where it cannot be told.
        steps_up: what the next answer up would move, the most first.
        change: what moved the figure since the one before, need and price apart; None where it cannot be told.
        figures: every figure there has been, the latest first.
    """

    person_id: str
    name: str
    allocation: Allocation
    rule: Told
    domains: Sequence[Told]
    days: Days | None
    costed_hours: Told | None
    answers: Sequence[Told] | None
    steps_up: Sequence[Told]
    change: Told | None
    why_no_change: str
    figures: tuple[Told, ...]


def allocation_view(person_id: str, name: str, explanation: Told, history: Told) -> AllocationView:
    """The page of what the resource allocation service answers."""
    allocation = explanation["allocation"]
    return AllocationView(
        person_id=person_id,
        name=name,
        allocation=allocation_in_short(allocation),
        rule=allocation["settlement_rule"],
        domains=allocation["points_explanation"],
        days=_days(allocation) if allocation["days"] else None,
        costed_hours=_costed_hours(allocation["costed_hours"]) if allocation["costed_hours"] else None,
        answers=explanation["answers"],
        steps_up=explanation["next_answers"],
        change=explanation["change"],
        why_no_change=explanation["why_no_change"],
        figures=tuple(_figures(history["figures"])),
    )


def allocation_in_short(allocation: Told) -> Allocation:
    """An allocation as every page shows it."""
    final = allocation.get("final")
    return Allocation(
        needs_a_person=allocation["outcome"] == "needs_a_person",
        pence_per_year=allocation["pence_per_year"],
        points_thousandths=allocation["points_thousandths"],
        as_of=allocation["as_of"],
        table_id=allocation["table_id"],
        table_version=allocation["table_version"],
        lines=_told_lines(allocation["lines"]),
        notes=tuple(wording.told(note) for note in allocation["notes"]),
        final=_final(final) if final else None,
        is_settled=final is not None and final["allocation_id"] == allocation["allocation_id"],
    )


def _final(figure: Told) -> Told:
    return {
        **figure,
        "lines": _told_lines(figure["lines"]),
        "by": wording.named(wording.SETTLED_BY, figure["decided_by"]),
        "grounds": wording.named(wording.GROUNDS, figure["grounds"]) if figure["grounds"] else "",
        "flags": [wording.whole_sentence(flag) for flag in figure["flags"]],
    }


def _days(allocation: Told) -> Days:
    kinds = ({**day, "kind": wording.named(wording.KINDS_OF_DAY, day["kind"])} for day in allocation["days"])
    weighed = (line["pence_per_year"] for line in allocation["lines"] if line["code"] == "points")
    return Days(tuple(kinds), next(weighed, None))


def _costed_hours(view: Told) -> Told:
    return {**view, "lines": _told_lines(view["lines"])}


def _told_lines(lines: Sequence[Told]) -> list[Told]:
    return [{**line, "text": wording.told(line["text"])} for line in lines]


def _figures(figures: Sequence[Told]) -> Iterator[Told]:
    for figure in reversed(figures):
        settlement = figure["settlement"]
        yield {**figure, "settlement": _final(settlement) if settlement else None}
