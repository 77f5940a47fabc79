"""What is run for the rows of community equipment."""

from collections.abc import Callable
from typing import Any

from services.funding_streams.domain.decision import Outcome
from services.funding_streams.domain.financial_assessment.free_support import days_charged
from services.funding_streams.rule_files import rule_files
from services.funding_streams.streams.community_equipment.rules import CommunityEquipment
from tests.funding_streams.builders import a_case, whole_pence


def somebody_who_needs_equipment(**changes: Any) -> dict[str, Any]:
    """Return the facts of somebody found to need equipment; what it costs is left to the test."""
    facts: dict[str, Any] = {
        "equipment_needed": True,
        "equipment_need_assessed": True,
        "equipment_cost_pence": 0,
        "minor_adaptation_cost_pence": 0,
    }
    facts.update(changes)
    return facts


def equipment_case(row: dict[str, Any]) -> None:
    costs = {f"{name}_cost_pence": whole_pence(cost) for name, cost in row["facts"].items()}
    decision = CommunityEquipment().decide(a_case(row["date"], facts=somebody_who_needs_equipment(**costs)))
    expected = row["expected"]
    assert decision.status == expected["status"]
    if "failed" in expected:
        assert {step.code: step.outcome for step in decision.trace}[expected["failed"]] is Outcome.FAILED
        assert expected["text"] in " ".join(step.text for step in decision.trace)
    if "value" in expected:
        assert decision.amount_pence == whole_pence(expected["value"])
        assert decision.contribution_pence == whole_pence(expected["person"])


def intermediate_care_case(row: dict[str, Any]) -> None:
    charged = days_charged(row["inputs"]["days"], rule_files().figures, row["date"])
    assert charged == row["expected"]["days_charged"]


CHECKS: dict[str, Callable[[dict[str, Any]], None]] = {
    "equipment": equipment_case,
    "intermediate_care": intermediate_care_case,
}
