"""What is run for the rows of Access to Work."""

from collections.abc import Callable
from datetime import date
from typing import Any

from braid.contracts.uses import PermittedUse, Requirement, SpendItem, Verdict, may_pay
from services.funding_streams.domain.decision import Decision, Outcome
from services.funding_streams.domain.money import in_pounds
from services.funding_streams.domain.working import Working
from services.funding_streams.rule_files import rule_files
from services.funding_streams.streams.access_to_work import ADAPTER
from services.funding_streams.streams.access_to_work.claims import Claim, refusals
from services.funding_streams.streams.access_to_work.employers_share import employer_pays
from services.funding_streams.streams.access_to_work.sums import (
    Element,
    award_lines,
    journey_shares,
    less_employers_share,
    shared_cost,
)
from tests.funding_streams.builders import NO_FACT, a_case, pence, whole_pence

#: Short names of sums in the case files, which are in pounds there and in pence among the facts.
SUMS = {
    "equipment": "work_equipment_cost_pence",
    "premises": "work_premises_cost_pence",
    "interviews": "interview_communicator_cost_pence",
}


def a_worker(**changes: Any) -> dict[str, Any]:
    """Return the facts of somebody long in post with a large employer, whom nothing costs more than others yet.

    A change to ``NO_FACT`` leaves a fact out.
    """
    facts: dict[str, Any] = {
        "date_of_birth": "1975-05-20",
        "works_in_great_britain": True,
        "condition_affects_work": True,
        "condition_lasts_twelve_months": True,
        "work_status": "employed",
        "employer_is_ministerial_department": False,
        "incomes": [{"code": "earnings", "pence_per_week": 40_000}],
        "work_equipment_cost_pence": 0,
        "work_equipment_private_days_per_week": 0,
        "work_premises_cost_pence": 0,
        "weeks_in_post": 104,
        "employer_staff": 500,
        "work_support_hours_per_week": 0,
        "travel_to_work_pence_per_week": 0,
        "travel_in_work_pence_per_week": 0,
        "interview_communicator_cost_pence": 0,
    }
    facts.update(changes)
    return {name: value for name, value in facts.items() if value is not NO_FACT}


def decide(on: date, council: dict[str, Any] | None = None, **changes: Any) -> Decision:
    """Return the decision of Access to Work alone."""
    return ADAPTER.decide(a_case(on, facts=a_worker(**changes), council=council))


def _told(row: dict[str, Any], **costs: Any) -> Decision:
    facts = {SUMS.get(name, name): whole_pence(value) if name in SUMS else value for name, value in costs.items()}
    return decide(row["date"], row.get("council"), **row.get("facts", {}), **facts)


def decision_case(row: dict[str, Any]) -> None:
    expected, costs = row["expected"], row.get("costs", {})
    decision = _told(row, **costs)
    told = " ".join(step.text for step in decision.trace)
    assert decision.status == expected["status"], told
    if "access_to_work" in expected:
        assert decision.amount_pence == whole_pence(expected["access_to_work"])
    if "failed" in expected:
        step = decision.step(expected["failed"])
        assert step is not None
        assert step.outcome is Outcome.FAILED


def equipment_case(row: dict[str, Any]) -> None:
    """Each cost of equipment in turn, against what the employer and Access to Work pay of it."""
    expected = row["expected"]
    for cost, employer, paid in zip(row["equipment"], expected["employer"], expected["access_to_work"], strict=True):
        decision = _told(row, equipment=cost)
        assert decision.amount_pence == whole_pence(paid)
        assert decision.amount_pence + whole_pence(employer) == whole_pence(cost)
        told = f"The employer pays {in_pounds(whole_pence(employer))} of the equipment and adaptations."
        assert (told in decision.conditions) == (employer != "0")


def employers_of_every_size_case(row: dict[str, Any]) -> None:
    for staff in (1, 9, 10, 49, 50, 249, 250, 100_000, NO_FACT):
        equipment_case({**row, "facts": {**row["facts"], "employer_staff": staff}})


def elements_case(row: dict[str, Any]) -> None:
    """Yearly costs by element, past the facts: a year's sum need not be a whole number of pence in a week."""
    costs = {Element(name): pence(sum_) for name, sum_ in row["costs"].items()}
    working = Working(a_case(row["date"], facts=a_worker(**row["facts"])))
    assert employer_pays(working, "employed", 100), "this employer would share what can be shared"
    shared = employer_pays(working, "employed", shared_cost(costs))
    paid = sum(line.amount_pence for line in award_lines(less_employers_share(costs, shared), None, 364))
    assert paid == whole_pence(row["expected"]["access_to_work"])
    assert sum(costs.values()) - paid == pence(row["expected"]["employer"])


def annual_cap_case(row: dict[str, Any]) -> None:
    cap = rule_files().figures.at("access_to_work.annual_cap", row["date"])
    assert cap.pence == pence(row["expected"]["cap"])
    need = whole_pence(row["expected"]["cap"]) + 1
    assert decide(row["date"], interview_communicator_cost_pence=need).amount_pence == cap.pence


def journey_case(row: dict[str, Any]) -> None:
    shares = journey_shares(whole_pence(row["inputs"]["cost"]), whole_pence(row["inputs"]["usual"]))
    assert shares.by_access_to_work == whole_pence(row["expected"]["access_to_work"])
    assert shares.by_person == whole_pence(row["expected"]["person"])


def claim_case(row: dict[str, Any]) -> None:
    claim = Claim(**{"for_work": True, "countersigned": True, **row["inputs"]["claim"]})
    reasons = refusals(claim, row["inputs"]["award_decided_on"], None)
    assert [part for part in row["expected"]["refused_for"] if not any(part in reason for reason in reasons)] == []
    assert len(reasons) == len(row["expected"]["refused_for"])


def use_case(row: dict[str, Any]) -> None:
    """Whether a plan may put an item on this money, by the rule that planning and ledger read as well."""
    answers = {Requirement(name): answer for name, answer in row["inputs"].get("circumstances", {}).items()}
    item = SpendItem.model_validate({"use": row["inputs"]["use"], "circumstances": answers})
    rules = rule_files().figures.uses("access_to_work", row["date"]).uses
    permitted = [
        PermittedUse.model_validate(
            {
                "use": one.use,
                "condition": one.condition,
                "requires": [{"requirement": needed.requirement, "limit": needed.limit} for needed in one.requires],
            }
        )
        for one in rules
    ]
    assert may_pay(item, permitted).verdict is Verdict(row["expected"]["verdict"])


CHECKS: dict[str, Callable[[dict[str, Any]], None]] = {
    "access_to_work": decision_case,
    "access_to_work_equipment": equipment_case,
    "access_to_work_every_size": employers_of_every_size_case,
    "access_to_work_elements": elements_case,
    "access_to_work_cap": annual_cap_case,
    "access_to_work_journey": journey_case,
    "access_to_work_claim": claim_case,
    "access_to_work_use": use_case,
}
