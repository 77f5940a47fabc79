"""The forms of payment runs: what was filled in, as the ledger takes it."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from gateway.console.forms import Fault, Form, Given, day_of, filled, pence_of, today
from gateway.console.payment_view import FORMATS

_SATURDAY = 5
_DIGITS = {"sort_code": (6, "sort code"), "account_number": (8, "account number")}
BACS = "standard18"
ISO_STATUS, ISO_STATEMENT = "pain.002", "camt.053"
#: What the bank's file says that it is, by its namespace -> where the ledger takes it.
ANSWER_PATHS: Mapping[str, str] = {
    ISO_STATUS: "/v1/payment-status-reports",
    ISO_STATEMENT: "/v1/payment-account-statements",
}
#: Where in a file its namespace stands, in bytes.
_HEAD = 4_000


def new_run() -> Form:
    """The form that builds a run, with the days that are usual."""
    pay_on = today() + timedelta(days=1)
    while pay_on.weekday() >= _SATURDAY:
        pay_on += timedelta(days=1)
    return filled(due_by=today().isoformat(), pay_on=pay_on.isoformat(), number="1", most="25000")


def run_asked(given: Given) -> tuple[Mapping[str, Any], tuple[Fault, ...]]:
    """The run that was asked for, and what of it cannot be read."""
    faults = [
        Fault(name, words)
        for name, words in (("due_by", "Enter the day up to which things are due"), ("pay_on", "Enter the bank’s day"))
        if day_of(given[name]) is None
    ]
    number = given["number"]
    if not (number.isascii() and number.isdigit() and 1 <= int(number) <= 99):  # noqa: PLR2004 (as the ledger has it)
        faults.append(Fault("number", "Enter a number from 1 to 99"))
    most = pence_of(given["most"])
    if not most:
        faults.append(Fault("most", "Enter the largest payment in pounds, such as 25,000"))
    asked = {"due_by": given["due_by"], "pay_on": given["pay_on"], "most_pence": most}
    return {**asked, "number": int(number) if not faults else 1}, tuple(faults)


def file_asked(given: Given) -> tuple[Mapping[str, Any], tuple[Fault, ...]]:
    """What a run's file is to be made as, and what of it cannot be read."""
    faults = []
    if given["format"] not in FORMATS:
        faults.append(Fault("format", "Select the format that the bank takes"))
    payer: dict[str, str] = {"name": given["name"]}
    for name, (length, words) in _DIGITS.items():
        payer[name] = re.sub(r"[\s-]", "", given[name])
        if not re.fullmatch(rf"[0-9]{{{length}}}", payer[name]):
            faults.append(Fault(name, f"Enter the {words}, {length} digits"))
    if not given["name"]:
        faults.append(Fault("name", "Enter the name of the account"))
    if given["service_user_number"] or given["format"] == BACS:
        payer["service_user_number"] = given["service_user_number"]
        if not re.fullmatch(r"[0-9]{6}", given["service_user_number"]):
            faults.append(Fault("service_user_number", "Enter the service user number, 6 digits; Bacs needs it"))
    return {"format": given["format"], "payer": payer}, tuple(faults)


def answer_path(content: bytes) -> str:
    """Where the ledger takes a file of the bank; empty where it is neither kind that we know."""
    head = content[:_HEAD].decode("ascii", "replace")
    return next((path for kind, path in ANSWER_PATHS.items() if kind in head), "")
