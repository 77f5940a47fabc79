"""What the pages of money to look at show: questions about spending, alerts, what payments lack."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from braid.kit.identity import Principal
from braid.kit.permissions import PERMISSIONS, Action
from gateway.console import wording

Told = Mapping[str, Any]
MAY_LOOK = PERMISSIONS[Action.READ_ANY_ACCOUNT].roles
MAY_ANSWER = PERMISSIONS[Action.ANSWER_QUERY].roles & MAY_LOOK
MAY_SEE_MATTERS = PERMISSIONS[Action.READ_PAYMENT_STOPS].roles

#: Whose turn it is to answer a question.
OWNERS: Mapping[str, str] = {
    "practitioner": "A practitioner",
    "finance_officer": "A finance officer",
    "budget_holder": "The budget holder",
}
KINDS: Mapping[str, str] = {
    "no_item": "Nothing in the plan fits",
    "several_items": "Several items of the plan fit",
    "use_not_permitted": "No stream’s money may be used for this",
    "payee_barred": "This payee may not be paid with the money",
    "answer_missing": "An answer is missing before it can be attributed",
    "outside_the_award": "Outside the days of the award",
    "more_than_is_left": "More than is left",
    "maybe_told_twice": "Maybe told twice",
    "line_changed": "The bank changed the line",
    "period_closed": "The period is closed",
}
ALERTS: Mapping[str, tuple[str, str]] = {
    "overspend": ("Spent faster than planned", "red"),
    "item_overspend": ("An item costs more than planned", "orange"),
    "underspend": ("Spent less than planned", "blue"),
    "quiet": ("No spending for a time", "blue"),
    "surplus": ("Money is left over", "teal"),
    "held_past_the_end": ("Held past the end of the award", "red"),
    "ends_soon": ("An award ends soon", "yellow"),
}
ANSWERS: Mapping[str, tuple[str, str]] = {
    "attribute": (
        "It was for items of the plan",
        "You say how much for which. The rest is the person’s own money.",
    ),
    "personal_money": ("It was the person’s own money", "No stream pays it."),
    "pay_back": ("It is to be paid back", "You propose it, with notice and instalments. Somebody else decides."),
    "write_off": ("It is to be written off", "You propose it, or decide what somebody else proposed."),
    "same_payment": ("It is a payment that we know already", "Nothing is counted twice."),
    "keep_as_it_was": ("Keep it as it was", "What was attributed before stays."),
    "take_the_change": ("Take the change", "The line counts as the bank tells it now."),
}
_ABOUT_A_CHANGE: tuple[str, ...] = ("keep_as_it_was", "take_the_change")
_USUAL: tuple[str, ...] = ("attribute", "personal_money", "pay_back", "write_off")


@dataclass(frozen=True)
class Query:
    """A question about a spend.

    Args:
        person_id: whose spending; empty where the list does not tell.
        href: where it is answered; empty where that is not known.
        spent: payee, day and sum of the spend in one line; empty where that is not told.
    """

    query_id: str
    person_id: str
    name: str
    href: str
    kind: str
    pence: int
    reasons: tuple[str, ...]
    owner: str
    raised_on: str
    due_on: str
    is_late: bool
    answer: str
    history: tuple[Mapping[str, str], ...]
    recovery_id: str
    spent: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return not self.answer


@dataclass(frozen=True)
class Alert:
    """What somebody should look at; nothing was stopped because of it."""

    person_id: str
    name: str
    kind: str
    colour: str
    text: str
    pence: int
    raised_on: str


@dataclass(frozen=True)
class Matter:
    """Something that is missing for paying as a plan says."""

    person_id: str
    name: str
    text: str
    since: str


def query_of(told: Told, names: Mapping[str, str], on: date, person_id: str = "", spend: Told | None = None) -> Query:
    """A question as a page shows it."""
    person_id = person_id or told.get("person_id") or ""
    return Query(
        query_id=told["query_id"],
        person_id=person_id,
        name=names.get(person_id, ""),
        href=f"/people/{person_id}/queries/{told['query_id']}" if person_id else "",
        kind=wording.named(KINDS, told["kind"]),
        pence=told["pence"],
        reasons=tuple(wording.whole_sentence(wording.told(reason)) for reason in told["reasons"]),
        owner=wording.named(OWNERS, told["owner"]),
        raised_on=told["raised_on"],
        due_on=told["due_on"],
        is_late=told["answer"] is None and date.fromisoformat(told["due_on"]) < on,
        answer=ANSWERS[told["answer"]][0] if told["answer"] else "",
        history=tuple(_step(step) for step in told["history"]),
        recovery_id=told.get("recovery_id") or "",
        spent=_spent(spend) if spend else "",
    )


def alert_of(told: Told, names: Mapping[str, str], person_id: str = "") -> Alert:
    """An alert as a page shows it."""
    person_id = person_id or told.get("person_id") or ""
    kind, colour = ALERTS.get(told["kind"], (wording.named({}, told["kind"]), "grey"))
    text = wording.whole_sentence(wording.told(told["text"]))
    return Alert(person_id, names.get(person_id, ""), kind, colour, text, told["pence"], told["raised_on"])


def matter_of(told: Told, names: Mapping[str, str]) -> Matter:
    """A payment matter as a page shows it."""
    text = wording.whole_sentence(wording.told(told["words"]))
    return Matter(told["person_id"], names.get(told["person_id"], ""), text, told["recorded_at"])


def answers_to(told: Told) -> tuple[tuple[str, str, str], ...]:
    """The answers that a question takes: value, words and hint of each."""
    codes = _ABOUT_A_CHANGE if told["kind"] == "line_changed" else _USUAL
    if told["kind"] == "maybe_told_twice":
        codes = ("same_payment", *codes)
    return tuple((code, *ANSWERS[code]) for code in codes)


def lists_for(principal: Principal) -> tuple[tuple[str, str], ...]:
    """The lists that somebody may look at: address and words of each."""
    shown = [("/money/queries", "Questions about spending"), ("/money/alerts", "Budget alerts")]
    if principal.roles & MAY_SEE_MATTERS:
        shown.append(("/money/matters", "What payments lack"))
    return tuple(shown)


def _spent(spend: Told) -> str:
    reference = f", reference {spend['reference']}" if spend["reference"] else ""
    payee = spend["payee"] or "a payee who is not named"
    return f"{wording.pounds(spend['pence'])} to {payee} on {wording.day(spend['value_date'])}{reference}"


def _step(step: Told) -> Mapping[str, str]:
    return {"text": wording.told(step["words"]), "by": step["by"], "at": step["on"], "about": "", "href": ""}
