"""What the pages of challenges show: the decisions that can be challenged, and each challenge with its answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.console import wording

Told = Mapping[str, Any]
#: What comes of a challenge: words, and what follows.
OUTCOMES: Mapping[str, tuple[str, str]] = {
    "changes": ("The decision changes", "Whoever decides takes it anew."),
    "partly_changes": ("A part of it changes", "Whoever decides takes that part anew."),
    "stands": ("The decision stands", "The person can still go to the ombudsman, or where the decision says."),
}
#: Plans on which something was decided, in words.
_DECIDED: Mapping[str, str] = {
    "approved": "approved",
    "refused": "refused",
    "amendment_asked": "a change was asked for",
}


@dataclass(frozen=True)
class ChallengeView:
    """A challenge as pages show it."""

    challenge_id: str
    person_id: str
    about: str
    words: str
    wants: str
    made_on: str
    outcome: str
    reasons: str
    answered_on: str


def challenge_view(told: Told) -> ChallengeView:
    """A challenge, with its answer once there is one."""
    answer = told["answer"] or {}
    return ChallengeView(
        challenge_id=told["challenge_id"],
        person_id=told["person_id"],
        about=_about(told),
        words=told["words"],
        wants=told["wants"] or "",
        made_on=told["made_on"],
        outcome=OUTCOMES[answer["outcome"]][0] if answer else "",
        reasons=answer.get("reasons", ""),
        answered_on=answer.get("answered_on", ""),
    )


def _about(told: Told) -> str:
    return {
        "allocation": "The indicative allocation",
        "award": f"The decision of {wording.named(wording.STREAMS, told['stream'] or '')}",
        "plan": "The decision on a support plan",
    }[told["about"]]


def decisions_of(parts: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    """The decisions about a person that can be challenged now, as the choices of a form: value, words, how decided."""
    waiting = set(waiting_of(parts))
    return tuple(each for each in _decisions(parts) if each[0] not in waiting)


def waiting_of(parts: Mapping[str, Any]) -> Mapping[str, str]:
    """What is challenged and not answered yet, which is not challenged again: value of its choice, and words."""
    challenges = (parts["challenges"] or {}).get("challenges", ())
    return {_value(told): _about(told) for told in challenges if told["answer"] is None}


def _value(told: Told) -> str:
    return ":".join(filter(None, (told["about"], told["stream"], told["plan_id"])))


def _decisions(parts: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    if allocation := parts["allocation"]:
        needs_a_person = allocation["outcome"] == "needs_a_person"
        told = "A person finds the sum" if needs_a_person else f"{wording.pounds(allocation['pence_per_year'])} a year"
        yield "allocation", "The indicative allocation", told
    for award in (parts["awards"] or {}).get("awards", ()):
        if award["status"] == "undecided":
            continue
        sum_told = f", {wording.pounds(award['amount_pence'])}" if award["amount_pence"] else ""
        yield (
            f"award:{award['stream']}",
            award["stream_label"],
            f"{wording.named(wording.STATUSES, award['status'])}{sum_told}",
        )
    for plan in (parts["plans"] or {}).get("plans", ()):
        if plan["decision"] and plan["state"] in _DECIDED:
            on = wording.day(plan["decision"]["decided_on"])
            words = wording.sentence(_DECIDED[plan["state"]])
            yield f"plan:{plan['plan_id']}", f"Support plan {plan['number']}", f"{words} on {on}"
