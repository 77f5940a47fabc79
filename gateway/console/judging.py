"""What a practitioner judges of needs that changed and cannot be ranked: asked with reasons, and shown to everybody."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.console import wording
from gateway.console.forms import Fault, Given

Told = Mapping[str, Any]
#: As the service takes a person's words.
BECAUSE_MOST = 2_000
LESS, NOT_LESS = "less", "not_less"
JUDGEMENTS = ((LESS, "It is less need", ""), (NOT_LESS, "It is not less need", ""))
DIRECTIONS: Mapping[str, tuple[str, str]] = {
    "less": ("Less", "blue"),
    "more": ("More", "orange"),
    "other": ("Cannot be ranked", "yellow"),
}
_UNKNOWN = "not known"


@dataclass(frozen=True)
class NeedChange:
    """A part of the needs that is not as it was.

    Args:
        field: names its fields in a form.
        is_open: whether the answers cannot be ranked, so that somebody judges.
    """

    part: str
    name: str
    label: str
    then: str
    now: str
    direction: str
    colour: str
    is_open: bool

    @property
    def field(self) -> str:
        """Of its judgement."""
        return f"judged-{self.part}-{self.name}"

    @property
    def because(self) -> str:
        """The field of its reason."""
        return f"because-{self.part}-{self.name}"


@dataclass(frozen=True)
class Judgement:
    """What was judged of a part of the needs, and why."""

    label: str
    words: str
    because: str


def changes_of(needs: Told | None) -> tuple[NeedChange, ...]:
    """What of the needs is not as it was; nothing where there is nothing to compare."""
    return tuple(_change(each) for each in (needs or {}).get("differences", ()))


def _change(told: Told) -> NeedChange:
    words, colour = DIRECTIONS.get(told["direction"], (wording.named({}, told["direction"]), "grey"))
    return NeedChange(
        part=told["part"],
        name=told["name"],
        label=told["label"],
        then=_values(told["then"]),
        now=_values(told["now"]),
        direction=words,
        colour=colour,
        is_open=told["direction"] == "other",
    )


def _values(codes: Sequence[str]) -> str:
    return wording.listed([wording.inside(wording.named({}, code)) for code in codes]) if codes else _UNKNOWN


def judged(given: Given, changes: Iterable[NeedChange] | None) -> tuple[list[Told], tuple[Fault, ...]]:
    """What a form judges of the changes that cannot be ranked; one that nothing is said of stays open.

    Args:
        changes: None where they cannot be had for the moment; what was said of them is not passed over then.
    """
    if changes is None:
        said = any(value for name, value in given.items() if name.startswith(("judged-", "because-")))
        return [], (Fault("", "What changed cannot be looked up for the moment. Try again in a few minutes"),) * said
    found: list[Told] = []
    faults = []
    for change in changes:
        word, because = given[change.field], given[change.because]
        if not change.is_open or not (word or because):
            continue
        if word not in (LESS, NOT_LESS):
            faults.append(Fault(change.field, f"Select whether it is less need: {wording.inside(change.label)}"))
        elif not because:
            faults.append(Fault(change.because, f"Enter why: {wording.inside(change.label)}"))
        elif len(because) > BECAUSE_MOST:
            faults.append(Fault(change.because, f"The reason must be {BECAUSE_MOST:,} characters or fewer"))
        else:
            found.append({"part": change.part, "name": change.name, "is_less": word == LESS, "because": because})
    return found, tuple(faults)


def judgements(told: Iterable[Told], changes: Iterable[NeedChange]) -> tuple[Judgement, ...]:
    """What was judged, with the labels of what changed where they are still known."""
    labels = {(each.part, each.name): each.label for each in changes}
    words = {code == LESS: words for code, words, _ in JUDGEMENTS}
    return tuple(
        Judgement(
            labels.get((each["part"], each["name"])) or wording.named({}, each["name"]),
            words[each["is_less"]],
            each["because"],
        )
        for each in told
    )
