"""What the pages of payment runs show."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from braid.kit.identity import Principal
from braid.kit.permissions import PERMISSIONS, Action
from gateway.console import wording

MAY_LOOK = PERMISSIONS[Action.READ_PAYMENT_RUNS].roles
MAY_RUN = PERMISSIONS[Action.RUN_PAYMENTS].roles
MAY_APPROVE = PERMISSIONS[Action.APPROVE_PAYMENTS].roles

#: How far a run has got: words, and the colour of its tag.
RUN_STATES: Mapping[str, tuple[str, str]] = {
    "built": ("Built", "grey"),
    "checked": ("Checked", "blue"),
    "approved": ("Approved", "teal"),
    "filed": ("File made", "purple"),
    "sent": ("With the bank", "yellow"),
    "done": ("Done", "green"),
    "cancelled": ("Cancelled", "red"),
}
ITEM_STATES: Mapping[str, str] = {
    "going": "To be paid",
    "held": "Held back",
    "withdrawn": "Taken out",
    "settled": "Paid",
    "rejected": "Refused by the bank",
    "returned": "Sent back by the bank",
}
STEPS: Mapping[str, str] = {
    "build": "Built",
    "check": "Checked",
    "approve": "Approved",
    "file": "File made",
    "send": "Told that it went to the bank",
    "finish": "Finished",
    "cancel": "Cancelled",
}
FORMATS: Mapping[str, str] = {"standard18": "Bacs (Standard 18)", "pain001": "ISO 20022 (pain.001)"}
#: What followed from an answer of the bank.
CONSEQUENCES: Mapping[str, str] = {
    "settle": "paid",
    "reject": "refused by the bank, and due again",
    "return": "sent back by the bank, and due again",
    "known_already": "known already, nothing done",
    "not_yet": "the bank is still working on them",
    "unknown_payment": "not payments of ours",
    "not_in_the_file": "not in the file that was sent",
    "other_amount": "of another amount than we sent",
    "contradicts": "against what the bank said before",
    "not_posted": "refused by the journal",
}
#: The buttons of a run in a state: address, words, what pressing means. The first is the one that leads on.
Button = tuple[str, str, str]
_ON: Mapping[str, Button] = {
    "built": ("check", "Check the payments", "Every payment is looked at. Those that may not be made are held back."),
    "checked": ("approval", "Approve the run", "The money of each payment is held from then on."),
    "filed": ("sent", "Tell that the file went to the bank", "Send the file first, by the bank’s own way."),
    "sent": (
        "finish",
        "Finish the run",
        "Every payment of which the bank has said nothing is taken as made, once its day is over.",
    ),
}
_AGAIN: Button = ("check", "Check again", "")
_CANCEL: Button = ("cancellation", "Cancel the run", "")
_BEFORE_THE_FILE = frozenset({"built", "checked", "approved"})
DONE: Mapping[str, str] = {
    "build": "The run is built.",
    "check": "The payments are checked.",
    "approval": "The run is approved, and its money is held.",
    "file": "The file is made. It is the same whenever it is downloaded.",
    "sent": "The run is with the bank.",
    "finish": "The run is finished.",
    "cancellation": "The run is cancelled. Everything in it is due as before.",
}


@dataclass(frozen=True)
class StateSum:
    """How many payments have got how far, and what they come to."""

    state: str
    text: str
    payments: int
    pence: int


@dataclass(frozen=True)
class Run:
    """A run as a list or its own page tells it."""

    run_id: str
    name: str
    due_by: str
    pay_on: str
    most_pence: int
    state: str
    state_text: str
    colour: str
    sums: tuple[StateSum, ...]
    file_text: str
    steps: tuple[Mapping[str, str], ...]

    @property
    def payments(self) -> int:
        """How many payments it has."""
        return sum(each.payments for each in self.sums)

    @property
    def pence(self) -> int:
        """What all of them come to."""
        return sum(each.pence for each in self.sums)

    def of(self, *states: str) -> StateSum:
        """The payments that are in one of some states."""
        found = [each for each in self.sums if each.state in states]
        return StateSum(
            states[0], ITEM_STATES[states[0]], sum(each.payments for each in found), sum(each.pence for each in found)
        )

    @property
    def seen(self) -> str:
        """The run as somebody decided on it: a decision on another is noticed by it."""
        return ";".join([self.state, *(f"{each.state}={each.payments}/{each.pence}" for each in self.sums)])


@dataclass(frozen=True)
class Payment:
    """A payment of a run."""

    person_id: str
    name: str
    period: str
    pence: int
    kept_pence: int
    state: str
    state_text: str
    reasons: tuple[str, ...]


def run_of(told: Mapping[str, Any], principal: Principal) -> Run:
    """A run as the ledger tells it."""
    words, colour = RUN_STATES[told["state"]]
    sums = tuple(
        StateSum(state, ITEM_STATES[state], told["items"][state], told["pence"][state])
        for state in ITEM_STATES
        if told["items"].get(state)
    )
    return Run(
        run_id=told["run_id"],
        name=f"What is due by {wording.day(told['due_by'])}{_number(told['number'])}",
        due_by=told["due_by"],
        pay_on=told["pay_on"],
        most_pence=told["most_pence"],
        state=told["state"],
        state_text=words,
        colour=colour,
        sums=sums,
        file_text=_file_text(told),
        steps=tuple(_step(step, principal) for step in told["steps"]),
    )


def _number(number: int) -> str:
    return f", run {number}" if number > 1 else ""


def _file_text(told: Mapping[str, Any]) -> str:
    if not told["file_format"]:
        return ""
    payments = wording.counted(told["file_payments"], "payment", "payments")
    return f"{FORMATS[told['file_format']]}: {payments}, {wording.pounds(told['file_pence'])}"


def _step(step: Mapping[str, str], principal: Principal) -> Mapping[str, str]:
    by = "you" if step["actor"] == principal.subject else step["actor"]
    return {"text": STEPS[step["step"]], "by": by, "at": step["at"], "about": "", "href": ""}


def payments_of(items: Sequence[Mapping[str, Any]], names: Mapping[str, str], run_state: str) -> tuple[Payment, ...]:
    """Payments as a page lists them."""
    return tuple(
        Payment(
            person_id=item["person_id"],
            name=names.get(item["person_id"], "") or "Name not available for the moment",
            period=wording.period(item["period_from"], item["period_to"]),
            pence=item["sent_pence"],
            kept_pence=item["kept_pence"],
            state=item["state"],
            state_text=item_state(item["state"], run_state),
            reasons=tuple(wording.whole_sentence(wording.told(reason["words"])) for reason in item["reasons"]),
        )
        for item in items
    )


def item_state(state: str, run_state: str) -> str:
    """How far a payment has got; once the file is with the bank, what is under way waits for the bank."""
    return "Waiting for the bank" if (state, run_state) == ("going", "sent") else ITEM_STATES[state]


def actions(run: Run, principal: Principal, builder: str) -> tuple[Button | None, tuple[Button, ...]]:
    """What somebody may do with a run now: what leads on, and what else. Who built a run does not approve it."""
    may_run = bool(principal.roles & MAY_RUN)
    on = _ON.get(run.state)
    if run.state == "checked":
        on = on if principal.roles & MAY_APPROVE and principal.subject != builder else None
    elif not may_run:
        on = None
    return on, tuple(_others(run)) if may_run else ()


def _others(run: Run) -> Iterator[Button]:
    if run.state == "checked":
        yield _AGAIN
    if run.state in _BEFORE_THE_FILE:
        yield _CANCEL


def answer_in_words(followed: Mapping[str, Any]) -> tuple[str, ...]:
    """What followed from an answer of the bank, a line for each consequence."""
    return tuple(
        f"{wording.counted(count, 'payment', 'payments')}: {CONSEQUENCES.get(what, wording.named({}, what))}"
        for what, count in followed["counts"].items()
    )


def query_of(**values: str) -> str:
    """Values of an address, those that are empty left out."""
    return urlencode({name: value for name, value in values.items() if value})
