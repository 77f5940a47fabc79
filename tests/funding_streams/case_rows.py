"""Reads rows of the case files: sums in pounds and short names there, pence and full names among the facts."""

from datetime import date
from fractions import Fraction
from typing import Any

from services.funding_streams.domain.decision import Decision, Outcome

from .builders import incomes, pence, whole_pence

#: Short names of sums in the case files.
SUMS = {
    "capital": "capital_pence",
    "partner_capital": "partner_capital_pence",
    "housing": "housing_costs_pence_per_week",
    "dre": "disability_related_expenditure_pence_per_week",
    "housing_support_contract": "housing_support_contract_pence_per_week",
}


def facts_of(row: dict[str, Any]) -> dict[str, Any]:
    """Return the facts of a row as an agreed assessment carries them."""
    changes: dict[str, Any] = {}
    for name, value in row.get("facts", {}).items():
        if name in SUMS:
            changes[SUMS[name]] = whole_pence(value)
        elif name == "incomes":
            changes[name] = incomes(**value)
        elif name == "night_care":
            changes["council_funds_night_care"] = value
        else:
            changes[name] = value.isoformat() if isinstance(value, date) else value
    return changes


def expect_decision(decision: Decision, expected: dict[str, Any]) -> None:
    """Hold a decision to what a row expects of any stream."""
    outcomes = {step.code: step.outcome for step in decision.trace}
    told = " ".join(step.text for step in decision.trace)
    if "status" in expected:
        assert decision.status == expected["status"], told
    if "failed" in expected:
        assert outcomes[expected["failed"]] is Outcome.FAILED
    if "passed" in expected:
        assert outcomes[expected["passed"]] is Outcome.PASSED
    if "text" in expected:
        assert expected["text"] in told
    weekly = Fraction(decision.contribution_pence, 52)
    if "charge" in expected:
        assert weekly == pence(expected["charge"])
    if "council_pays" in expected:
        assert Fraction(decision.amount_pence, 52) - weekly == pence(expected["council_pays"])
