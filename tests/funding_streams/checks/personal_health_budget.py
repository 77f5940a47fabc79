"""What is run for the rows of personal health budgets."""

from collections.abc import Callable
from typing import Any

from braid.contracts.uses import PayeeBar, PermittedUse, Relation, SpendItem, Use, may_pay
from services.funding_streams.discovery import adapters
from services.funding_streams.domain.decide_all import decide_all
from services.funding_streams.domain.decision import Outcome
from services.funding_streams.rule_files import rule_files
from services.funding_streams.streams.personal_health_budget import ADAPTER
from services.funding_streams.streams.personal_health_budget.rules import STREAM, account_may_hold
from tests.funding_streams.builders import a_case, pence, whole_pence


def _written(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in facts.items()}


def personal_health_budget_case(row: dict[str, Any]) -> None:
    decision = ADAPTER.decide(a_case(row["date"], facts=_written(row["facts"])))
    expected = row["expected"]

    assert decision.status == expected["status"]
    if "weekly" in expected:
        assert decision.pence_per_week == whole_pence(expected["weekly"])
        assert decision.contribution_pence == expected["contribution"]
    if "failed" in expected:
        step = decision.step(expected["failed"])
        assert step is not None
        assert step.outcome is Outcome.FAILED


def council_money_case(row: dict[str, Any]) -> None:
    case = a_case(row["date"], **_written(row["facts"]))
    council = next(one for one in decide_all(case, adapters()) if one.stream == "adult_social_care")

    assert council.status == row["expected"]["council"]
    assert council.step(row["expected"]["step"]) is not None


def yearly_rates_case(row: dict[str, Any]) -> None:
    assert rule_files().figures.at(row["inputs"]["figure"], row["date"]).pence == pence(row["expected"])


def one_account_case(row: dict[str, Any]) -> None:
    inputs = row["inputs"]
    told = account_may_hold(frozenset(inputs["streams"]), approved=inputs["approved"])

    assert told.allowed is row["expected"]["allowed"]


def health_term_case(row: dict[str, Any]) -> None:
    terms = rule_files().figures.profiles[STREAM].terms
    texts = [term.text for term in terms if term.kind == row["inputs"] and term.in_force(row["date"])]

    assert any(row["expected"] in text for text in texts)


def health_payee_case(row: dict[str, Any]) -> None:
    inputs, rule = row["inputs"], rule_files().figures.uses(STREAM, row["date"])
    item = SpendItem(
        use=Use.HEALTH_NURSING,
        relation=Relation(inputs["relation"]),
        same_household=inputs["same_household"],
        recorded_decisions=frozenset({inputs["recorded"]} if "recorded" in inputs else ()),
    )
    permitted = [PermittedUse.model_validate(use, from_attributes=True) for use in rule.uses]
    bars = [PayeeBar.model_validate(bar, from_attributes=True) for bar in rule.bars]

    assert may_pay(item, permitted, bars).verdict == row["expected"]


CHECKS: dict[str, Callable[[dict[str, Any]], None]] = {
    "personal_health_budget": personal_health_budget_case,
    "council_money_beside_health_money": council_money_case,
    "yearly_rates": yearly_rates_case,
    "one_account": one_account_case,
    "health_term": health_term_case,
    "health_payee": health_payee_case,
}
