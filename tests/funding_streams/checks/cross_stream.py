"""What is run for rows of several streams."""

from collections.abc import Callable
from typing import Any

from services.funding_streams.discovery import adapters
from services.funding_streams.domain.decide_all import decide_all
from services.funding_streams.domain.decision import ADULT_SOCIAL_CARE, Outcome
from tests.funding_streams.builders import a_case
from tests.funding_streams.case_rows import facts_of


def everything_case(row: dict[str, Any]) -> None:
    expected = row["expected"]
    for decision in decide_all(a_case(row["date"], **facts_of(row)), adapters()):
        assert decision.status == expected["status"]
        if decision.stream != ADULT_SOCIAL_CARE:
            step = decision.step(expected["failed"])
            assert step is not None
            assert step.outcome is Outcome.FAILED


CHECKS: dict[str, Callable[[dict[str, Any]], None]] = {
    "everything": everything_case,
}
