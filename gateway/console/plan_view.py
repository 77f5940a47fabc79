"""What the pages of support plans show: which stream pays for which item and why not, what stands against a plan."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from braid.kit.identity import Principal
from braid.kit.permissions import PERMISSIONS, Action
from gateway.console import wording
from gateway.console.judging import Judgement, NeedChange, changes_of, judgements

MAY_PLAN = PERMISSIONS[Action.WRITE_PLAN].roles
MAY_DECIDE = PERMISSIONS[Action.DECIDE_PLAN].roles
#: Where a plan is: words, and the colour of its tag.
PLAN_STATES: Mapping[str, tuple[str, str]] = {
    "draft": ("Draft", "grey"),
    "submitted": ("Waits for approval", "yellow"),
    "amendment_asked": ("A change is asked for", "orange"),
    "refused": ("Refused", "red"),
    "approved": ("Approved", "green"),
    "withdrawn": ("Withdrawn", "grey"),
}
#: States in which a plan is worked on, and can be handed in.
OPEN = frozenset({"draft", "amendment_asked"})
DECISIONS: Mapping[str, tuple[str, str]] = {
    "approve": ("Approve it", "Its money is held from the day on which it takes effect."),
    "ask_for_amendment": ("Ask for a change", "It goes back to whoever planned it, with your reasons."),
    "refuse": ("Refuse it", "A new plan has to be made."),
}
#: What follows from a finding.
WEIGHTS: Mapping[str, tuple[str, str]] = {
    "stops": ("Must change first", "red"),
    "asks": ("To be answered by the approver", "yellow"),
    "notes": ("Good to know", "blue"),
}
WAYS: Mapping[str, str] = {
    "direct_payment": "Direct payment to the person",
    "indirect_payment": "Direct payment to somebody who acts for the person",
    "trust": "A trust holds it",
    "provider_account": "A provider holds it in an account for the person",
    "council_managed": "The council manages it",
}
CADENCES: Mapping[str, str] = {
    "weekly": "every week",
    "fortnightly": "every two weeks",
    "four_weekly": "every four weeks",
    "monthly": "every month",
    "yearly": "every year",
    "one_off": "once",
}


@dataclass(frozen=True)
class Cell:
    """Whether a stream pays for an item: the sum, or the rules that keep it out; neither where it was not needed."""

    stream: str
    pence: int = 0
    reasons: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """What its colour says too."""
        return "pays" if self.pence else "not" if self.reasons else ""


@dataclass(frozen=True)
class Item:
    """Something that a plan pays for."""

    item_id: str
    text: str
    about: str
    total_pence: int | None
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Finding:
    """Something that a rule says of a plan."""

    weight: str
    colour: str
    text: str
    about: str
    mend: str
    citation: str
    unconfirmed: bool


@dataclass(frozen=True)
class Check:
    """The check of a plan, as it stands now."""

    verdict: str
    text: str
    total_pence: int
    unpaid_pence: int | None
    left: tuple[tuple[str, int, int], ...]
    findings: tuple[Finding, ...]
    shortages: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class PlanView:
    """A plan with its check; ``check`` is None where it cannot be had for the moment."""

    plan_id: str
    person_id: str
    title: str
    name: str
    state: str
    state_text: str
    colour: str
    days: str
    content: Mapping[str, Any]
    holdings: tuple[str, ...]
    streams: tuple[str, ...]
    items: tuple[Item, ...]
    check: Check | None
    submission: Mapping[str, Any] | None
    decision: Mapping[str, Any] | None
    effective_from: str | None
    level: str
    questions: Mapping[str, str]
    needs: tuple[NeedChange, ...]
    judgements: tuple[Judgement, ...]

    @property
    def asks_to_judge(self) -> bool:
        """Whether needs changed in a way that no rule can rank."""
        return any(each.is_open for each in self.needs)


def plan_view(plan: Mapping[str, Any], check: Mapping[str, Any] | None, name: str) -> PlanView:
    """A plan as its page shows it."""
    words, colour = PLAN_STATES[plan["state"]]
    content, submission = plan["content"], plan["submission"]
    streams = _streams(check) if check else ()
    needs = changes_of(check.get("needs")) if check else ()
    route: Mapping[str, Any] = submission["route"] if submission else {"level": "", "questions": {}}
    return PlanView(
        plan_id=plan["plan_id"],
        person_id=plan["person_id"],
        title=f"Support plan {plan['number']}",
        name=name,
        state=plan["state"],
        state_text=words,
        colour=colour,
        days=wording.period(content["starts_on"], content["ends_on"]),
        content=content,
        holdings=tuple(wording.named(WAYS, one["way"]) for one in content["holdings"]),
        streams=tuple(wording.named(wording.STREAMS, stream) for stream in streams),
        items=tuple(_item(item, check, streams) for item in content["items"]),
        check=_check(check, content) if check else None,
        submission=submission,
        decision=plan["decision"],
        effective_from=plan["effective_from"],
        level=wording.inside(wording.named({}, route["level"])),
        questions=route["questions"],
        needs=needs,
        judgements=judgements((submission or {}).get("judged_needs", ()), needs),
    )


def _streams(check: Mapping[str, Any]) -> tuple[str, ...]:
    """Every stream that the check tells of, those with money of the person first."""
    kept_out = (fund["stream"] for short in check["shortages"] for fund in short["kept_out"])
    return tuple(dict.fromkeys([*(one["stream"] for one in check["streams"]), *kept_out]))


def _item(item: Mapping[str, Any], check: Mapping[str, Any] | None, streams: tuple[str, ...]) -> Item:
    cost = next((one for one in check["items"] if one["item_id"] == item["item_id"]), None) if check else None
    paid = cost["paid_by"] if cost else {}
    against = _against(check, item) if check else {}
    return Item(
        item_id=item["item_id"],
        text=item["text"],
        about=_about(item),
        total_pence=cost["total_pence"] if cost else None,
        cells=tuple(
            Cell(
                wording.named(wording.STREAMS, stream),
                paid.get(stream, 0),
                () if paid.get(stream) else against.get(stream, ()),
            )
            for stream in streams
        ),
    )


def _against(check: Mapping[str, Any], item: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    """By stream, the rules that keep its money out of an item that is short; the item is named in its row already."""
    item_id, named = item["item_id"], f"{item['text']}: "
    return {
        fund["stream"]: tuple(
            wording.whole_sentence(wording.told(reason.removeprefix(named)))
            for reason in dict.fromkeys(fund["reasons"])
        )
        for short in check["shortages"]
        if any(need["item_id"] == item_id for need in short["needs"])
        for fund in short["kept_out"]
    }


def _about(item: Mapping[str, Any]) -> str:
    """What for, how many, at which price, how often."""
    told = []
    if item["use"]:
        told.append(wording.sentence(wording.named(wording.USES, item["use"])))
    if item["unit_pence"] is not None and item["unit"]:
        many = f"{item['units']} × " if item["units"] else ""
        told.append(f"{many}{wording.pounds(item['unit_pence'])} for one {wording.inside(_unit(item['unit']))}")
    told += [
        f"{each['units_each_day']} on each of {each['days']} {_kind_of_day(each['kind'])} days"
        for each in item["versions"]
    ]
    if item["cadence"]:
        told.append(wording.named(CADENCES, item["cadence"]).lower())
    return ", ".join(told)


def _kind_of_day(code: str) -> str:
    return {"other": "usual"}.get(code, code)


def _unit(code: str) -> str:
    return wording.named(wording.UNITS, code)


def _check(check: Mapping[str, Any], content: Mapping[str, Any]) -> Check:
    if not check["is_checked"]:
        verdict = "waits"
    elif check["is_payable"] and not any(one["weight"] == "stops" for one in check["findings"]):
        verdict = "holds"
    else:
        verdict = "waits" if check["is_payable_once_confirmed"] else "broken"
    names = {item["item_id"]: item["text"] for item in content["items"]}
    return Check(
        verdict=verdict,
        text=wording.told(check["text"]),
        total_pence=check["total_pence"],
        unpaid_pence=check["unpaid_pence"],
        left=tuple(
            (wording.named(wording.STREAMS, one["stream"]), one["planned_pence"], one["left_pence"])
            for one in check["streams"]
        ),
        findings=tuple(_findings(check["findings"], names)),
        shortages=tuple(
            {"text": wording.told(short["text"]), "mends": [wording.told(one["text"]) for one in short["mends"][:3]]}
            for short in check["shortages"]
        ),
    )


def _findings(findings: list[Mapping[str, Any]], names: Mapping[str, str]) -> Iterator[Finding]:
    for one in findings:
        words, colour = WEIGHTS[one["weight"]]
        about = wording.listed([names[item] for item in one["item_ids"] if item in names])
        yield Finding(words, colour, wording.told(one["text"]), about, one["mend"], one["citation"], one["unconfirmed"])


@dataclass(frozen=True)
class Waiting:
    """A plan that waits for a decision."""

    plan_id: str
    name: str
    submitted_on: str
    pence_in_a_year: int
    level: str
    reasons: tuple[str, ...]
    questions: int


def waiting(told: Mapping[str, Any], names: Mapping[str, str]) -> tuple[Waiting, ...]:
    """The queue of plans, the longest wait first."""
    return tuple(
        Waiting(
            plan_id=one["plan_id"],
            name=names.get(one["person_id"], "") or "Name not available for the moment",
            submitted_on=one["submitted_on"],
            pence_in_a_year=one["pence_in_a_year"],
            level=wording.named({}, one["level"]),
            reasons=tuple(one["reasons"]),
            questions=len(one["questions"]),
        )
        for one in told["plans"]
    )


def may_decide(plan: PlanView, principal: Principal) -> bool:
    """Whether somebody may be asked to decide; the service knows limits and involvements."""
    return plan.state == "submitted" and bool(principal.roles & MAY_DECIDE)


def may_write(plan: PlanView, principal: Principal) -> bool:
    """Whether somebody may change a plan, and hand it in."""
    return plan.state in OPEN and bool(principal.roles & MAY_PLAN)
