"""Carers: willing and able in their own word alone, domain by domain; and an assessment that is theirs."""

from typing import Any
from uuid import uuid4

import pytest

from braid.kit.identity import Role
from tests.assessment import people
from tests.assessment.desk import A_DAY, Case, Office, Somebody, refused
from tests.assessment.test_agreeing import sent, told

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("assessment_carers")]


async def a_carer(office: Office, case: Case, subject: str | None = None) -> tuple[str, Somebody]:
    subject = subject or uuid4().hex
    body = {"name": "Somebody close (a made-up name)", "relationship": "son", "subject": subject}
    carer = await case.who.done("POST", f"{case.person}/carers", body)
    return carer["carer_id"], office.somebody(Role.DELEGATE, subject=subject)


def statement(said_by: str, **domains: Any) -> dict[str, Any]:
    return {"said_by": said_by, "said_on": A_DAY, "domains": domains}


MOST = {"help": "most", "willing": "yes", "able": "yes"}


async def ready_with_help(office: Office) -> Case:
    person = people.somebody_like_savva_in_july().saying(help_community="most", carer_willing_and_able=True)
    case = await office.handed_in(person)
    await case.review(person)
    return case


async def test_help_that_only_the_person_tells_of_reduces_nothing(office: Office) -> None:
    case = await ready_with_help(office)
    carer_id, _ = await a_carer(office, case)
    await case.who.done("POST", f"/v1/carers/{carer_id}/statements", statement("person", community=MOST))

    await case.agree()

    assert (await told(office, case))["carer_willing_and_able"] is None


async def test_help_that_the_carer_confirms_counts_where_they_confirm_it(office: Office) -> None:
    case = await ready_with_help(office)
    carer_id, son = await a_carer(office, case)
    refused(
        await case.who.ask("POST", f"/v1/carers/{carer_id}/statements", {**statement("neighbour", community=MOST)}),
        422,
        "invalid-request",
    )
    confirmed = await son.done("POST", f"/v1/carers/{carer_id}/statements", statement("carer", community=MOST))

    await case.agree()

    event = await told(office, case)
    assert confirmed["confirmed"] is True
    assert event["carer_willing_and_able"] is True
    help_ = event["informal_help"]
    assert help_["community"] == "most"
    assert {amount for domain, amount in help_.items() if domain != "community"} == {"none"}


async def test_nobody_gives_a_carers_word_for_them(office: Office) -> None:
    case = await office.begin()
    carer_id, son = await a_carer(office, case)
    person = office.somebody(Role.BUDGET_HOLDER, person_id=case.person_id)
    place = f"/v1/carers/{carer_id}/statements"

    refused(await person.ask("POST", place, statement("carer", community=MOST)), 403, "not-allowed")
    refused(await son.ask("POST", place, statement("person", community=MOST)), 403, "not-allowed")
    refused(await office.somebody(council="E10009998").ask("POST", place, statement("carer", x=MOST)), 404, "not-found")
    refused(await office.somebody(Role.BUDGET_HOLDER).ask("POST", place, statement("carer", x=MOST)), 404, "not-found")


async def test_a_carers_own_assessment_is_theirs_with_its_outcome_and_event(office: Office) -> None:
    case = await office.begin()
    carer_id, son = await a_carer(office, case)
    place = f"/v1/carers/{carer_id}/assessments"
    found = {
        "necessary_care": True,
        "health_at_risk": True,
        "outcomes_not_achieved": ["work_and_learning"],
        "significant_impact": True,
        "willing": "yes",
        "able": "not_sure",
    }
    body = {"assessed_on": "2015-06-01", "needs": found, "own_words": "I want to go back to work."}

    made = await case.who.done("POST", place, body)
    refusing = await case.who.done("POST", place, {"assessed_on": "2016-06-01"})

    assert (made["outcome"], made["version"], refusing["outcome"], refusing["version"]) == ("eligible", 1, "refused", 2)
    assert [each["outcome"] for each in (await son.done("GET", place))["assessments"]] == ["eligible", "refused"]
    person = office.somebody(Role.BUDGET_HOLDER, person_id=case.person_id)
    refused(await person.ask("GET", place), 404, "not-found")
    events = [event for event in await sent(office, case) if "carer_id" in event]
    assert [(each["outcome"], each["willing"], each["able"]) for each in events] == [
        ("eligible", True, None),
        ("refused", None, None),
    ]
    assert "back to work" not in str(events)
    unknown = {**body, "needs": {**found, "outcomes_not_achieved": ["fame"]}}
    refused(await case.who.ask("POST", place, unknown), 422, "invalid-request")
