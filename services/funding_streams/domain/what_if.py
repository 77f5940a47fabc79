"""What another answer would do: which steps of a decision differ from those of another."""

from dataclasses import dataclass

from services.funding_streams.domain.decision import Decision, TraceStep


@dataclass(frozen=True)
class StepChange:
    """A step that is not the same in two decisions; None where one of them does not have it."""

    code: str
    before: str | None
    after: str | None


def changed_steps(before: Decision, after: Decision) -> tuple[StepChange, ...]:
    """Return the steps that differ, in the order of the later decision, then those that are gone."""
    old, new = _by_place(before), _by_place(after)
    return tuple(
        StepChange(place[0], _text(old.get(place)), _text(new.get(place)))
        for place in dict.fromkeys((*new, *old))
        if old.get(place) != new.get(place)
    )


def _by_place(decision: Decision) -> dict[tuple[str, int], TraceStep]:
    """Return steps by code and by how many of that code came before, for a code may come more than once."""
    seen: dict[str, int] = {}
    placed = {}
    for step in decision.trace:
        seen[step.code] = seen.get(step.code, 0) + 1
        placed[step.code, seen[step.code]] = step
    return placed


def _text(step: TraceStep | None) -> str | None:
    return step.text if step else None
