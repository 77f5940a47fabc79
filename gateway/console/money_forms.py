"""The forms of questions and recoveries: what was filled in, as the ledger takes it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from gateway.console import wording
from gateway.console.forms import Fault, Form, Given, day_of, filled, pence_of, today
from gateway.console.recovery_view import EVERY

Asked = tuple[Mapping[str, Any], tuple[Fault, ...]]
REASON_MOST, REFERENCE_MOST, INSTALMENTS_MOST = 500, 500, 520
#: Days that the person has to reply before anything falls due, and until the first instalment; a form begins with them.
REPLY_DAYS, FIRST_DAYS = 28, 42
_CONTROL = dict.fromkeys(range(32), " ")


def new_terms(**given: str) -> Form:
    """A form of paying back, with the days that are usual."""
    on = today()
    return filled(
        on=on.isoformat(),
        instalments="1",
        every="four_weeks",
        notice_on=on.isoformat(),
        reply_by=(on + timedelta(days=REPLY_DAYS)).isoformat(),
        first_due_on=(on + timedelta(days=FIRST_DAYS)).isoformat(),
        **given,
    )


def answer_asked(answer: str, given: Given, items: Sequence[Mapping[str, Any]], funds: Sequence[str]) -> Asked:
    """The answer to a question about spending, and what of it cannot be read."""
    on, faults = _day(given, "on", "Enter the day of the answer")
    body: dict[str, Any] = {"answer": answer, **on, "reason": one_line(given["reason"])}
    if answer in ("pay_back", "write_off") or given["reason"]:
        faults += _reason(given)
    if answer == "attribute":
        shares, share_faults = _shares(given, items)
        body["shares"] = shares
        faults += share_faults
    if answer in ("pay_back", "write_off"):
        faults += [] if given["fund_id"] in funds else [Fault("fund_id", "Select whose money it was")]
        body["fund_id"] = given["fund_id"]
    if answer == "pay_back":
        body["pay_back"], term_faults = _terms(given)
        faults += term_faults
    return body, tuple(faults)


def recovery_asked(given: Given, funds: Sequence[str]) -> Asked:
    """A proposal to ask money back, and what of it cannot be read."""
    faults = [] if given["fund_id"] in funds else [Fault("fund_id", "Select whose money it was")]
    pence, sum_faults = _sum(given, "pence", "Enter how much is to be paid back, such as 120.50")
    terms, term_faults = _terms(given)
    faults += [*sum_faults, *_reason(given), *term_faults]
    return {"fund_id": given["fund_id"], **pence, **terms, "reason": one_line(given["reason"])}, tuple(faults)


def step_asked(step: str, given: Given) -> Asked:
    """What a step of a recovery says, and what of it cannot be read."""
    body, faults = _day(given, "on", "Enter the day on which it happened")
    if step == "receipt":
        pence, sum_faults = _sum(given, "pence", "Enter how much was paid back, such as 120.50")
        faults += sum_faults
        if not given["reference"] or len(given["reference"]) > REFERENCE_MOST:
            faults.append(Fault("reference", "Enter the reference of the payment"))
        return {**body, **pence, "reference": one_line(given["reference"])}, tuple(faults)
    if step == "decision":
        return body, tuple(faults)
    faults += _reason(given)
    body = {**body, "reason": one_line(given["reason"])}
    if step == "appeal-outcome":
        pence, sum_faults = _sum(given, "let_off", "Enter how much is let go, or 0", is_nought_enough=True)
        return {**body, "let_off_pence": pence["pence"]}, (*faults, *sum_faults)
    if step == "write-off":
        pence, sum_faults = _sum(given, "pence", "Enter how much is written off, such as 120.50")
        return {**body, **pence}, (*faults, *sum_faults)
    return body, tuple(faults)


def one_line(told: str) -> str:
    """Words as the ledger keeps them: without breaks of lines."""
    return " ".join(told.translate(_CONTROL).split())


def _shares(given: Given, items: Sequence[Mapping[str, Any]]) -> tuple[list[Mapping[str, Any]], list[Fault]]:
    shares: list[Mapping[str, Any]] = []
    faults: list[Fault] = []
    for item in items:
        field = f"share-{item['item_id']}"
        pence = pence_of(given[field]) if given[field] else 0
        if pence is None:
            faults.append(Fault(field, f"Enter a sum of pounds for {wording.inside(item['text'])}, or leave it empty"))
        elif pence:
            shares.append({"item_id": item["item_id"], "pence": pence})
    if not shares and not faults:
        field = f"share-{items[0]['item_id']}" if items else ""
        faults.append(Fault(field, "Enter how much was for which item, or choose another answer"))
    return shares, faults


def _terms(given: Given) -> tuple[Mapping[str, Any], list[Fault]]:
    number = given["instalments"]
    is_number = len(number) <= len(str(INSTALMENTS_MOST)) and number.isascii() and number.isdigit()
    is_number = is_number and 1 <= int(number) <= INSTALMENTS_MOST
    faults = [] if is_number else [Fault("instalments", f"Enter a number of instalments from 1 to {INSTALMENTS_MOST}")]
    if given["every"] not in EVERY:
        faults.append(Fault("every", "Select how often an instalment falls due"))
    days = {
        "notice_on": "Enter the day on which the person is told",
        "reply_by": "Enter until when the person can reply",
        "first_due_on": "Enter the day of the first instalment",
    }
    missing = [Fault(name, words) for name, words in days.items() if day_of(given[name]) is None]
    if not missing and not given["notice_on"] < given["reply_by"] < given["first_due_on"]:
        missing.append(Fault("reply_by", "Notice comes first, then the time to reply, then the first instalment"))
    terms = {"instalments": int(number) if is_number else 1, "every": given["every"]}
    return {**terms, **{name: given[name] for name in days}}, [*faults, *missing]


def _day(given: Given, name: str, missing: str) -> tuple[dict[str, Any], list[Fault]]:
    return {name: given[name]}, [] if day_of(given[name]) else [Fault(name, missing)]


def _reason(given: Given) -> list[Fault]:
    if not given["reason"]:
        return [Fault("reason", "Enter your reason: the person reads it")]
    too_long = Fault("reason", f"The reason must be {REASON_MOST} characters or fewer")
    return [too_long] if len(given["reason"]) > REASON_MOST else []


def _sum(
    given: Given, name: str, missing: str, *, is_nought_enough: bool = False
) -> tuple[Mapping[str, int], list[Fault]]:
    pence = pence_of(given[name])
    is_told = pence is not None and (pence > 0 or is_nought_enough)
    return {"pence": pence or 0}, [] if is_told else [Fault(name, missing)]
