"""What is run for the rows of the Right to Control."""

from collections.abc import Callable
from typing import Any

from services.funding_streams.domain import right_to_control as rtc
from services.funding_streams.domain.settling import terms_of
from services.funding_streams.domain.working import Working
from services.funding_streams.rule_files import rule_files
from tests.funding_streams.builders import a_case


def _case(row: dict[str, Any]) -> Working:
    return Working(a_case(row["date"], council={rtc.AREA: row.get("area", "december_2010")}))


def in_force_case(row: dict[str, Any]) -> None:
    assert rtc.is_in_force(_case(row).case) is row["expected"]["in_force"]


def refusal_case(row: dict[str, Any]) -> None:
    inputs, expected = row["inputs"], row["expected"]
    assert rtc.is_in_force(_case(row).case)
    circumstances = rtc.Circumstances(**inputs["circumstances"])
    assert [ground.value for ground in rtc.grounds_for_refusal(circumstances)] == expected["grounds"]
    problems = rtc.refusal_problems(rtc.RefusalGround(inputs["ground"]), inputs["reasons"], circumstances)
    assert bool(problems) is not expected["may_stand"]
    assert expected.get("text", "") in " ".join(problems)


def plan_case(row: dict[str, Any]) -> None:
    inputs = row["inputs"]
    plan = rtc.SupportPlan(tuple(inputs["outcomes"]), inputs["pence"], inputs["signed"])
    assert rtc.is_in_force(_case(row).case)
    assert len(rtc.plan_problems(plan)) == row["expected"]["problems"]


def terms_case(row: dict[str, Any]) -> None:
    profile = rule_files().figures.profiles[row["inputs"]["stream"]]
    told = " ".join(term.text for term in terms_of(profile, _case(row), awarded=True))
    assert (row["expected"]["text"] in told) is row["expected"]["told"]


CHECKS: dict[str, Callable[[dict[str, Any]], None]] = {
    "right_to_control": in_force_case,
    "right_to_control_refusal": refusal_case,
    "right_to_control_plan": plan_case,
    "right_to_control_terms": terms_case,
}
