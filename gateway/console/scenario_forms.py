"""The form of a scenario: what was filled in, as the allocation service takes it."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from gateway.console.forms import Fault, Given, decimal_of, pence_of
from gateway.console.scenario_view import PAID_BY

#: People as a file, in bytes, and as the service takes it.
FILE_BYTES_MAX = 20_000_000
STORED, FILE = "stored", "file"
NOW = "now"
_YEARS_MOST, _PERCENT_MOST, _WHOLE = 20, 1_000, 100


def scenario_asked(
    given: Given, content: bytes, tables: Collection[str]
) -> tuple[Mapping[str, Any], tuple[Fault, ...]]:
    """What is to be tried out and on whom, and what of it cannot be read."""
    faults: list[Fault] = []
    body: dict[str, Any] = {"table": {"released": given["table"]}}
    if given["table"] not in tables:
        faults.append(Fault("table", "Select the table to try"))
    if given["against"] in tables:
        body["against"] = {"released": given["against"]}
    elif given["against"] != NOW:
        faults.append(Fault("against", "Select what to compare it with"))
    percent = decimal_of(given["prices"]) if given["prices"] else Decimal(0)
    if percent is None or not -_WHOLE < percent <= _PERCENT_MOST or percent * 100 % 1:
        faults.append(Fault("prices", "Enter by how many per cent prices change, such as 2.5 or -1"))
    elif percent:
        body["prices"] = str(1 + percent / 100)
    if given["budget"]:
        body["budget_pence_per_year"] = pence_of(given["budget"])
        if body["budget_pence_per_year"] is None:
            faults.append(Fault("budget", "Enter the budget of a year in pounds, or leave it empty"))
    if given["protects"] == "yes":
        body["protection"] = _protection(given, faults)
    body["people"] = _people(given, content, faults)
    return body, tuple(faults)


def _protection(given: Given, faults: list[Fault]) -> Mapping[str, Any]:
    share = decimal_of(given["most_lost"])
    if share is None or not 0 <= share <= _WHOLE or share * 100 % 1:
        faults.append(Fault("most_lost", "Enter how many per cent anybody may lose in a year, from 0 to 100"))
    years = decimal_of(given["years"])
    if years is None or not 1 <= years <= _YEARS_MOST or years % 1:
        faults.append(Fault("years", f"Enter a number of years from 1 to {_YEARS_MOST}"))
    if given["paid_by"] not in PAID_BY:
        faults.append(Fault("paid_by", "Select who pays for the protection"))
    return {
        "most_lost_a_year": str((share or Decimal(0)) / 100),
        "years": int(years or 1) if not faults else 1,
        "paid_by": given["paid_by"],
    }


def _people(given: Given, content: bytes, faults: list[Fault]) -> Mapping[str, Any]:
    if given["people"] == STORED:
        return {"stored": True}
    if given["people"] != FILE:
        faults.append(Fault("people", "Select whom to try it on"))
        return {}
    if not content:
        faults.append(Fault("file", "Select the file of people"))
        return {}
    try:
        return {"csv": content.decode("utf-8-sig")}
    except UnicodeDecodeError:
        faults.append(Fault("file", "The file must be CSV in UTF-8"))
        return {}
