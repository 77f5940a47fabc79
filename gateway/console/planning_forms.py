"""Writing a plan: its items, what it is for and how its money is held, from forms to what the plan says and back."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import uuid4

from braid.kit.problems import not_found
from gateway.console import wording
from gateway.console.circumstances_form import circumstances_faults, circumstances_filled, circumstances_saved
from gateway.console.forms import Fault, Given, day_of, decimal_of, pence_of
from gateway.console.plan_forms import Body, Faults, Seen
from gateway.console.plan_view import CADENCES, WAYS

Told = Mapping[str, Any]
KINDS_OF_DAY = ("good", "bad", "other")
PAYEES: Mapping[str, str] = {
    "personal_assistant": "Somebody whom I employ",
    "self_employed": "Somebody who works for themselves",
    "agency": "An agency",
    "supplier": "A shop, a club or another supplier",
    "care_home": "A care home",
    "family_or_friend": "Somebody of my family, or a friend",
    "council": "The council",
}
RELATIONS: Mapping[str, str] = {
    "not_related": "Not related to me",
    "spouse_or_partner": "My husband, wife or partner",
    "close_relative": "A close relative",
    "other_relative": "Another relative",
    "friend": "A friend",
}
UNITS: Mapping[str, str] = {
    "hour": "an hour",
    "night": "a night",
    "day": "a day",
    "week": "a week",
    "session": "a session",
    "journey": "a journey",
    "mile": "a mile",
    "item": "each one",
}
PAYROLLS: Mapping[str, str] = {
    "nobody_is_employed": "Nobody is employed",
    "employer": "I run it myself",
    "payroll_service": "A payroll service runs it",
    "council": "The council runs it",
    "holder": "Whoever holds the money runs it",
}
#: Ways in which somebody else than the person or the council holds the money.
HELD_BY_OTHERS = frozenset({"indirect_payment", "trust", "provider_account"})
UNITS_MOST, DAYS_MOST, PENCE_MOST, TEXT_MOST, WORDS_MOST, WISHES_MOST = 10_000, 1827, 100_000_000, 200, 2000, 50


def plan_item(seen: Seen) -> Told | None:
    """The item that a form is about; None where it is a new one.

    Raises:
        Problem: 404, the plan has no such item.
    """
    if "item_id" not in seen.part:
        return None
    found: Told | None = next((each for each in seen.content["items"] if each["item_id"] == seen.part["item_id"]), None)
    if found is None:
        raise not_found("item")
    return found


def item_filled(seen: Seen) -> Given:
    """An item as the fields of its form; a new one as the catalogue has it, where one was chosen there."""
    item = plan_item(seen)
    if item is None:
        return _from_catalogue(seen)
    payee = item.get("payee") or {}
    given: Given = defaultdict(
        str,
        text=item["text"],
        use=item["use"] or "",
        unit=item["unit"] or "",
        price=_pounds(item["unit_pence"]),
        units=_plain(item["units"]),
        cadence=item["cadence"] or "",
        starts_on=item.get("starts_on") or "",
        ends_on=item.get("ends_on") or "",
        payee=payee.get("kind", ""),
        relation=payee.get("relation") or "",
        same_household="yes" if payee.get("same_household") else "",
        price_id=item.get("price_id") or "",
        held=held[0]["holding_id"] if len(held := item.get("held") or []) == 1 else "",
    )
    given.update(circumstances_filled(item.get("circumstances") or {}))
    for each in item["versions"]:
        given[f"days-{each['kind']}"], given[f"units-{each['kind']}"] = (
            str(each["days"]),
            _plain(each["units_each_day"]),
        )
    for outcome_id in item.get("outcome_ids", ()):
        given[f"outcome-{outcome_id}"] = "yes"
    return given


def _from_catalogue(seen: Seen) -> Given:
    found = next((each for each in seen.more["prices"] if each["price_id"] == seen.asked.get("price")), None)
    if found is None:
        return defaultdict(str)
    return defaultdict(
        str,
        text=found["text"].partition(",")[0],
        use=found["use"],
        unit=found["unit"],
        price=_pounds(found["usual_pence"]),
        payee=found["payee"] or "",
        price_id=found["price_id"],
    )


def item_saved(seen: Seen, given: Given) -> tuple[Body, Faults]:
    """The plan with an item of a form, new or changed; what the form does not ask for stays as it was."""
    faults = tuple(_item_faults(given))
    if faults:
        return {}, faults
    before = plan_item(seen) or {"item_id": str(uuid4())}
    item = {**before, **_item(before, seen, given)}
    items = [item if each["item_id"] == item["item_id"] else each for each in seen.content["items"]]
    if before not in seen.content["items"]:
        items.append(item)
    return {**seen.content, "items": items}, ()


def _item_faults(given: Given) -> Iterator[Fault]:
    if not given["text"]:
        yield Fault("text", "Enter what it is, in a few words")
    elif len(given["text"]) > TEXT_MOST:
        yield Fault("text", f"What it is must be {TEXT_MOST} characters or fewer")
    if not given["use"]:
        yield Fault("use", "Select what kind of support it is")
    price = pence_of(given["price"]) if given["price"] else None
    if given["price"] and (price is None or price > PENCE_MOST):
        yield Fault("price", "Enter the price in pounds, such as 12.50")
    if given["units"] and not _is_amount(given["units"]):
        yield Fault("units", "Enter how many, such as 3 or 1.5")
    for name, what in (("starts_on", "first"), ("ends_on", "last")):
        if given[name] and day_of(given[name]) is None:
            yield Fault(name, f"Enter its {what} day, or leave it empty")
    yield from _version_faults(given)
    yield from circumstances_faults(given)


def _version_faults(given: Given) -> Iterator[Fault]:
    told = [kind for kind in KINDS_OF_DAY if given[f"days-{kind}"] or given[f"units-{kind}"]]
    for kind in told:
        days = decimal_of(given[f"days-{kind}"])
        if days is None or days < 0 or days % 1 or days > DAYS_MOST:
            yield Fault(f"days-{kind}", f"Enter how many {_day(kind)} days, as a whole number")
        if not _is_amount(given[f"units-{kind}"]):
            yield Fault(f"units-{kind}", f"Enter how many on each {_day(kind)} day, such as 3 or 1.5")
    if told and given["units"]:
        yield Fault("units", "Leave this empty where it differs by kind of day")


def _day(kind: str) -> str:
    return {"other": "usual"}.get(kind, kind)


def _is_amount(told: str) -> bool:
    number = decimal_of(told)
    return number is not None and 0 < number <= UNITS_MOST and number * 100 % 1 == 0


def _item(before: Told, seen: Seen, given: Given) -> Told:
    versions = [
        {"kind": kind, "days": int(decimal_of(given[f"days-{kind}"]) or 0), "units_each_day": given[f"units-{kind}"]}
        for kind in KINDS_OF_DAY
        if given[f"days-{kind}"]
    ]
    units = given["units"].replace(",", "") or None
    fixed_week = {} if _same(units, before.get("units")) and given["cadence"] == before.get("cadence") else _NO_WEEK
    held = {"held": [{"holding_id": given["held"], "per_cent": 100}]} if given["held"] else {}
    return {
        **fixed_week,
        **held,
        "text": given["text"],
        "use": given["use"],
        "unit": given["unit"] or None,
        "unit_pence": pence_of(given["price"]) if given["price"] else None,
        "units": None if versions else units,
        # Kinds of day cover all the days of an item at once.
        "cadence": "one_off" if versions else given["cadence"] or None,
        "starts_on": given["starts_on"] or None,
        "ends_on": given["ends_on"] or None,
        "versions": versions,
        "payee": _payee(before.get("payee"), given),
        "price_id": given["price_id"] or None,
        "circumstances": circumstances_saved(before.get("circumstances") or {}, given),
        "outcome_ids": [
            each["outcome_id"] for each in seen.content["outcomes"] if given[f"outcome-{each['outcome_id']}"] == "yes"
        ],
    }


#: Hours on days of the week no longer hold where how many or how often is another.
_NO_WEEK: Told = {"days": [], "hours_each_day": None}


def _same(one: str | None, other: object) -> bool:
    return (Decimal(one) if one else None) == (Decimal(str(other)) if other is not None else None)


def _payee(before: Told | None, given: Given) -> Told | None:
    if not given["payee"]:
        return None
    kept = before if before and before["kind"] == given["payee"] else {}
    return {
        **kept,
        "kind": given["payee"],
        "relation": given["relation"] or None,
        "same_household": given["same_household"] == "yes" if given["relation"] else None,
    }


def item_removed(seen: Seen, _given: Given) -> tuple[Body, Faults]:
    """The plan without an item."""
    item = plan_item(seen)
    return {**seen.content, "items": [each for each in seen.content["items"] if each != item]}, ()


def wishes_filled(seen: Seen) -> Given:
    """What the plan is for, as its form has it: a line for each outcome."""
    return defaultdict(
        str,
        outcomes="\n".join(each["text"] for each in seen.content["outcomes"]),
        if_things_go_wrong=seen.content["if_things_go_wrong"] or "",
    )


def wishes_saved(seen: Seen, given: Given) -> tuple[Body, Faults]:
    """The plan with outcomes line by line; one whose words stay keeps what serves it."""
    lines = list(dict.fromkeys(line.strip() for line in given["outcomes"].splitlines() if line.strip()))
    faults = []
    if not lines:
        faults.append(Fault("outcomes", "Enter what you want to be different, at least one thing"))
    if len(lines) > WISHES_MOST:
        faults.append(Fault("outcomes", f"Enter {WISHES_MOST} things at most"))
    if any(len(line) > WORDS_MOST for line in lines):
        faults.append(Fault("outcomes", f"Each must be {WORDS_MOST:,} characters or fewer"))
    if len(given["if_things_go_wrong"]) > WORDS_MOST:
        faults.append(Fault("if_things_go_wrong", f"It must be {WORDS_MOST:,} characters or fewer"))
    if faults:
        return {}, tuple(faults)
    known = {each["text"]: each["outcome_id"] for each in seen.content["outcomes"]}
    outcomes = [{"outcome_id": known.get(line) or f"outcome-{uuid4().hex[:12]}", "text": line} for line in lines]
    left = {each["outcome_id"] for each in outcomes}
    items = [
        {**item, "outcome_ids": [each for each in item.get("outcome_ids", ()) if each in left]}
        for item in seen.content["items"]
    ]
    return {
        **seen.content,
        "outcomes": outcomes,
        "items": items,
        "if_things_go_wrong": given["if_things_go_wrong"] or None,
    }, ()


def holding_filled(seen: Seen) -> Given:
    """How the money is held, as its form has it."""
    given: Given = defaultdict(str)
    for each in seen.content["holdings"]:
        given[f"way-{each['way']}"] = "yes"
        given[f"reference-{each['way']}"] = each.get("holder_reference") or ""
        given["payroll_by"] = each.get("payroll_by") or ""
    return given


def holding_saved(seen: Seen, given: Given) -> tuple[Body, Faults]:
    """The plan with its money held in the ways that were chosen; a way that stays keeps what was signed for it."""
    chosen = [way for way in WAYS if given[f"way-{way}"] == "yes"]
    if not chosen:
        return {}, (Fault("way", "Select at least one way of holding the money"),)
    faults = tuple(
        Fault(f"reference-{way}", f"Enter the council’s code for whoever holds it: {wording.inside(WAYS[way])}")
        for way in chosen
        if way in HELD_BY_OTHERS and not given[f"reference-{way}"]
    )
    if faults:
        return {}, faults
    before = {each["way"]: each for each in seen.content["holdings"]}
    holdings = [
        {
            **before.get(way, {"holding_id": way, "way": way}),
            "holder_reference": given[f"reference-{way}"] or None if way in HELD_BY_OTHERS else None,
            "payroll_by": given["payroll_by"] or "nobody_is_employed",
        }
        for way in chosen
    ]
    left = {each["holding_id"] for each in holdings}
    return {
        **seen.content,
        "holdings": holdings,
        "items": [_still_held(each, left) for each in seen.content["items"]],
    }, ()


def _still_held(item: Told, left: set[str]) -> Told:
    """An item held in a way that is no more is held in the plan's first way."""
    held: Sequence[Told] = item.get("held") or ()
    return item if all(each["holding_id"] in left for each in held) else {**item, "held": []}


def begun(given: Given, before: Told | None) -> tuple[Body, Faults]:
    """A new plan: empty, or with what the plan in force says."""
    faults = tuple(
        Fault(name, f"Enter the plan’s {what} day")
        for name, what in (("starts_on", "first"), ("ends_on", "last"))
        if day_of(given[name]) is None
    )
    days = {"starts_on": given["starts_on"], "ends_on": given["ends_on"]}
    if faults or given["again"] != "yes" or before is None:
        return days, faults
    # Days of its own may lie outside the new plan; stays in a care home are told anew.
    items = [
        {**item, "item_id": str(uuid4()), "starts_on": None, "ends_on": None, "stays": []} for item in before["items"]
    ]
    return {**before, **days, "items": items, "days_of_kind": None}, ()


def cadences() -> Mapping[str, str]:
    """How often, with a capital as the choice of a form has it."""
    return {code: wording.sentence(words) for code, words in CADENCES.items()}


def _pounds(pence: int | None) -> str:
    return "" if pence is None else f"{pence // 100}.{pence % 100:02d}"


def _plain(number: object) -> str:
    """A number without needless noughts."""
    return f"{Decimal(str(number)).normalize():f}" if number is not None else ""
