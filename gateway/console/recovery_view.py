"""What the pages of recoveries show: money that is asked back, by whom it was decided, and how it is to come."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from braid.kit.identity import Principal
from braid.kit.permissions import PERMISSIONS, Action
from gateway.console import wording

Told = Mapping[str, Any]
MAY_PROPOSE = PERMISSIONS[Action.RECOVER_MONEY].roles
MAY_DECIDE = PERMISSIONS[Action.DECIDE_RECOVERY].roles
STATES: Mapping[str, tuple[str, str]] = {
    "proposed": ("Proposed", "yellow"),
    "decided": ("Decided", "blue"),
    "appealed": ("Appealed against", "orange"),
    "ended": ("Ended", "grey"),
}
EVERY: Mapping[str, str] = {"week": "Every week", "four_weeks": "Every four weeks", "month": "Every month"}
#: Step -> words of its button, and what it means.
STEPS: Mapping[str, tuple[str, str]] = {
    "decision": ("Decide that it is owed", "From then on the instalments fall due as they are shown here."),
    "appeal": ("Take in an appeal", "Nothing falls due until it is closed."),
    "appeal-outcome": ("Close the appeal", "What it takes off is let go, and the rest falls due again."),
    "write-off": (
        "Write some or all of it off",
        "It is then the council’s own cost, and not owed any more.",
    ),
    "receipt": ("Take in what was paid back", "It goes back to the fund whose money it was."),
}
#: State -> the steps that can follow.
_AFTER: Mapping[str, tuple[str, ...]] = {
    "proposed": ("decision",),
    "decided": ("receipt", "appeal", "write-off"),
    "appealed": ("appeal-outcome",),
}


@dataclass(frozen=True)
class Recovery:
    """Money that is asked back.

    Args:
        steps: what whoever looks may do now.
        is_own: whoever looks proposed it, and so does not decide it.
    """

    recovery_id: str
    stream: str
    pence: int
    reason: str
    author: str
    decided_by: str
    state: str
    state_text: str
    colour: str
    received_pence: int
    let_off_pence: int
    owed_pence: int
    notice_on: str
    reply_by: str
    instalments: tuple[Told, ...]
    steps: tuple[str, ...]
    is_own: bool


def recovery_of(told: Told, principal: Principal) -> Recovery:
    """A recovery as a page shows it."""
    words, colour = STATES[told["state"]]
    is_own = told["author"] == principal.subject
    return Recovery(
        recovery_id=told["recovery_id"],
        stream=wording.named(wording.STREAMS, told["stream"]),
        pence=told["pence"],
        reason=wording.whole_sentence(wording.told(told["reason"])),
        author="you" if is_own else told["author"],
        decided_by="you" if told["decided_by"] == principal.subject else told["decided_by"] or "",
        state=told["state"],
        state_text=words,
        colour=colour,
        received_pence=told["received_pence"],
        let_off_pence=told["let_off_pence"],
        owed_pence=told["owed_pence"],
        notice_on=told["notice_on"],
        reply_by=told["reply_by"],
        instalments=tuple(told["instalments"]),
        steps=tuple(step for step in _AFTER.get(told["state"], ()) if _may(step, principal, is_own=is_own)),
        is_own=is_own,
    )


def _may(step: str, principal: Principal, *, is_own: bool) -> bool:
    if step == "receipt":
        return bool(principal.roles & MAY_PROPOSE)
    return bool(principal.roles & MAY_DECIDE) and not (step == "decision" and is_own)
