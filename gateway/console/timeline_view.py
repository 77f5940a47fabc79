"""What happened around a person, from every service that can be asked, the latest first."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.console import wording
from gateway.console.payment_view import item_state
from gateway.console.plan_view import PLAN_STATES

KINDS: Mapping[str, str] = {"step": "Steps", "plan": "Plans", "payment": "Payments", "figure": "Figures"}
#: Parts whose service can be away, as a person would ask for them.
PARTS: Mapping[str, str] = {
    "progress": "the steps of the budget",
    "plans": "the support plans",
    "payments": "the payments",
    "history": "the figures",
}
_PAID_STATES = ("settled", "rejected", "returned")


@dataclass(frozen=True)
class Event:
    """Something that happened.

    Args:
        at: a day or a moment, as ISO 8601.
        href: where it is told in full; empty where nowhere.
    """

    kind: str
    at: str
    text: str
    by: str = ""
    about: str = ""
    href: str = ""


def timeline(person_id: str, parts: Mapping[str, Any], kind: str = "") -> tuple[Event, ...]:
    """Events of a kind, or of every kind, from the parts that could be had."""
    told = [
        event for name, events_of in _EVENTS.items() if parts.get(name) for event in events_of(parts[name], person_id)
    ]
    return tuple(sorted((one for one in told if kind in ("", one.kind)), key=lambda one: one.at, reverse=True))


def _steps(progress: Mapping[str, Any], _person_id: str) -> Iterator[Event]:
    for one in progress["milestones"]:
        yield Event("step", one["reached_at"], wording.named(wording.MILESTONES, one["milestone"]))


def _plans(told: Mapping[str, Any], _person_id: str) -> Iterator[Event]:
    for plan in told["plans"]:
        href, name = f"/plans/{plan['plan_id']}", f"Support plan {plan['number']}"
        if plan["submission"]:
            yield Event("plan", plan["submission"]["submitted_on"], f"{name} was handed in", href=href)
        if decision := plan["decision"]:
            state = wording.inside(PLAN_STATES[plan["state"]][0])
            yield Event(
                "plan", decision["decided_on"], f"{name}: {state}", decision["decided_by"], decision["reasons"], href
            )


def _payments(told: Mapping[str, Any], _person_id: str) -> Iterator[Event]:
    for one in told["payments"]:
        if one["status"] not in _PAID_STATES or not one["pay_on"]:
            continue
        pence = one["gross_pence"] - one["kept_pence"]
        days = wording.period(one["period_from"], one["period_to"])
        why = " ".join(wording.whole_sentence(wording.told(reason["words"])) for reason in one["reasons"])
        text = f"{wording.pounds(pence)} for {days}: {wording.inside(item_state(one['status'], 'done'))}"
        yield Event("payment", one["pay_on"], text, about=why)


def _figures(told: Mapping[str, Any], person_id: str) -> Iterator[Event]:
    href = f"/people/{person_id}/allocation"
    for one in told["figures"]:
        settled = one["settlement"]
        sum_ = (
            "a person finds it" if one["pence_per_year"] is None else f"{wording.pounds(one['pence_per_year'])} a year"
        )
        words = "The final figure was settled" if settled else "The indicative figure was worked out"
        by = wording.named(wording.SETTLED_BY, settled["decided_by"]) if settled else ""
        yield Event("figure", one["on"], f"{words}: {sum_}", by, settled["reason"] or "" if settled else "", href)


_EVENTS = {"progress": _steps, "plans": _plans, "payments": _payments, "history": _figures}


def missing(parts: Mapping[str, Any], away: Collection[str]) -> tuple[str, ...]:
    """What could not be had, in words."""
    return tuple(PARTS[name] for name in parts if name in away)
