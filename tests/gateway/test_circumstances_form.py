"""What some money asks of an item: answered on its form, and kept as it was where the form does not ask."""

from collections import defaultdict

import pytest

from braid.contracts.uses import Requirement
from gateway.console.circumstances_form import WEEKS, YES_OR_NO, field_of
from gateway.console.planning_forms import item_filled, item_saved
from tests.gateway.plans import CARE
from tests.gateway.test_planning_pages import as_kept, seen


def test_what_some_money_asks_is_answered_changed_and_taken_back() -> None:
    at = seen(item_id=CARE)
    given = {field_of("within_council_policy"): "", field_of("for_work_support"): "yes", field_of(WEEKS): "6"}
    body, faults = item_saved(at, defaultdict(str, item_filled(at) | given))

    assert faults == ()
    kept = as_kept(dict(body))["items"][0]["circumstances"]
    assert kept == {"need_in_plan": True, "for_work_support": True, "weeks_in_a_year_at_most": 6}


@pytest.mark.parametrize("weeks", ["54", "-1", "four", "²", "1.5"])
def test_weeks_that_no_year_has_are_told_at_their_field(weeks: str) -> None:
    at = seen(item_id=CARE)
    _, faults = item_saved(at, defaultdict(str, item_filled(at) | {field_of(WEEKS): weeks}))

    assert [fault.field for fault in faults] == [field_of(WEEKS)]


def test_every_circumstance_is_asked_for_or_shown_by_the_plan() -> None:
    shown = {"need_in_plan", "outcome_in_plan", "by_personal_assistant", "pence_each_at_most"}

    assert {*YES_OR_NO, WEEKS} | shown == set(Requirement)
    assert not {*YES_OR_NO, WEEKS} & shown
