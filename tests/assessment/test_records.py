"""A person's record on request, and its end: kept while a duty or a hold stands, then gone but for a tombstone."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from braid.kit.access_record_routes import SEARCH
from braid.kit.identity import Role
from services.assessment import erasure, store
from services.assessment.domain.retention import (
    ErasureBasis,
    RetentionRule,
    Standing,
    kept_until,
    reasons_to_keep,
    rule_for,
)
from services.assessment.tables import metadata
from tests.assessment.desk import COUNCIL, Case, Office, refused
from tests.assessment.test_agreeing import sent
from tests.assessment.test_people import PDF, attach

of_the_service = pytest.mark.asyncio(loop_scope="module")
pytestmark = pytest.mark.xdist_group("assessment_records")

NAME = "Somebody who leaves (a made-up name)"
EIGHT_YEARS = RetentionRule("adult_social_care_record", date(1990, 1, 1), 8, "a schedule")
#: Who looked at a record stays, under an id that then means nobody.
TOMBSTONES = {"access_record", "erasure", "forgotten_person"}
ASSESSED = Standing(date(2010, 3, 1), is_assessed=True, is_open=False, holds=())


@given(st.dates(date(1990, 1, 1), date(2080, 1, 1)), st.integers(0, 4_000))
def test_a_record_is_erased_on_no_day_before_its_period_ran_out(last: date, later: int) -> None:
    on, until = last + timedelta(days=later), kept_until(EIGHT_YEARS, last)

    reasons = reasons_to_keep(replace(ASSESSED, last_contact_on=last), ErasureBasis.RETENTION_ENDED, EIGHT_YEARS, on)

    assert bool(reasons) is (on <= until)
    assert until.year == last.year + 8


@pytest.mark.parametrize("basis", ErasureBasis)
def test_a_legal_hold_and_an_open_assessment_keep_everything(basis: ErasureBasis) -> None:
    held = replace(ASSESSED, is_open=True, holds=("an inquiry",))

    reasons = reasons_to_keep(held, basis, EIGHT_YEARS, date(2050, 1, 1))

    assert [reason.split(":")[0] for reason in reasons] == [
        "a legal hold stands",
        "an assessment is open; the person withdraws first, or it is agreed",
    ]


def test_a_request_reaches_what_no_duty_rests_on() -> None:
    on = ASSESSED.last_contact_on + timedelta(days=1)

    assert reasons_to_keep(ASSESSED, ErasureBasis.REQUEST, EIGHT_YEARS, on)
    assert not reasons_to_keep(replace(ASSESSED, is_assessed=False), ErasureBasis.REQUEST, EIGHT_YEARS, on)


def test_the_rules_are_dated_and_have_their_source() -> None:
    rules = erasure.retention_rules()

    assert rule_for(rules, ASSESSED, date(2026, 1, 1)).years_after_last_contact == 8
    assert rule_for(rules, replace(ASSESSED, is_assessed=False), date(2026, 1, 1)).years_after_last_contact == 2
    assert all(rule.source for rule in rules)
    newer = replace(EIGHT_YEARS, from_on=date(2030, 1, 1), years_after_last_contact=20)
    assert rule_for([*rules, newer], ASSESSED, date(2029, 12, 31)).years_after_last_contact == 8
    assert rule_for([*rules, newer], ASSESSED, date(2030, 1, 1)).years_after_last_contact == 20


@of_the_service
async def test_a_person_has_their_whole_record_with_who_read_it(office: Office) -> None:
    case = await office.begin()
    await case.step(
        "PUT",
        "answers",
        {"answered_as": "person", "answers": {"nights": "awake"}, "own_words": {"nights": "<b>Every</b> night."}},
    )
    await attach(case.who, case, PDF)
    await office.somebody(Role.AUDITOR, subject="the auditor").ask("GET", case.path)
    hold = {"because": "An inquiry into a neighbour.", "from_on": "2009-07-01"}
    await case.who.done("POST", f"{case.person}/legal-holds", hold)
    person = office.somebody(Role.BUDGET_HOLDER, person_id=case.person_id)

    record = await person.done("GET", f"{case.person}/subject-access.json")
    page = await person.ask("GET", f"{case.person}/subject-access.html")

    assert record["person"]["name"] == "Somebody (a made-up name)"
    assert record["assessments"][0]["answers"] == {"nights": "awake"}
    assert record["answers_as_given"][0]["own_words"] == "<b>Every</b> night."
    assert ("the auditor", "GET", "/v1/assessments/{assessment_id}", 200) in [
        (each["subject"], each["method"], each["route"], each["status"])
        for each in record["who_read_or_changed_the_record"]
    ]
    assert record["who_read_the_record_in_earlier_releases"] == []
    assert record["evidence"][0]["title"] == "A letter"
    assert set(record["withheld"]) >= {"carers_own_assessments", "reasons_of_legal_holds", "people_it_was_not"}
    assert "An inquiry" not in page.text
    looked = await person.done("POST", SEARCH, {"person_id": str(case.person_id)})
    assert "hold-record" in {each["action"] for each in looked["records"]}
    assert "An inquiry" not in str(looked)
    audited = await office.somebody(Role.AUDITOR).done("POST", SEARCH, {"person_id": str(case.person_id)})
    assert "An inquiry into a neighbour." in [each["reason"] for each in audited["records"]]
    assert record["legal_holds"][0]["from_on"] == "2009-07-01"
    assert page.headers["content-type"].startswith("text/html")
    assert "&lt;b&gt;Every&lt;/b&gt; night." in page.text
    assert "<b>" not in page.text
    refused(
        await office.somebody(Role.BUDGET_HOLDER).ask("GET", f"{case.person}/subject-access.json"), 404, "not-found"
    )
    refused(await person.ask("GET", f"{case.person}/subject-access.exe"), 422, "invalid-request")


@of_the_service
async def test_a_case_that_came_to_nothing_is_erased_on_request_and_leaves_a_tombstone(office: Office) -> None:
    case = await office.begin(await office.open_case(name=NAME))
    await case.step("PUT", "answers", {"answered_as": "person", "answers": {"nights": "awake"}})
    await attach(case.who, case, PDF)
    assert "idempotency_key" in await tables_with(office, case)
    place, request = f"{case.person}/erasure", {"basis": "request"}
    assert "assessment is open" in refused(await case.who.ask("POST", place, request), 409, "must-be-kept")["detail"]
    await case.who.done("POST", f"{case.person}/withdrawal", {"withdrawn_on": "2009-07-01", "reason": "own_wish"})
    hold = await case.who.done("POST", f"{case.person}/legal-holds", {"because": "A claim.", "from_on": "2009-07-01"})
    assert "legal hold" in refused(await case.who.ask("POST", place, request), 409, "must-be-kept")["detail"]
    await case.who.done("POST", f"/v1/legal-holds/{hold['hold_id']}/lifting", {"lifted_on": "2009-08-01"})

    erased = await case.who.done("POST", place, request)

    assert (erased["basis"], erased["rule"]) == ("request", "contact_without_assessment")
    refused(await case.who.ask("GET", case.person), 410, "erased")
    refused(
        await office.somebody(Role.BUDGET_HOLDER, person_id=case.person_id).ask("GET", case.person), 404, "not-found"
    )
    refused(await case.who.ask("GET", case.path), 404, "not-found")
    assert (await sent(office, case))[-1]["basis"] == "request"
    assert await tables_with(office, case) == TOMBSTONES


@of_the_service
async def test_an_agreed_assessment_is_kept_for_its_period_and_then_erased(office: Office) -> None:
    case = await office.agreed()
    for basis in ErasureBasis:
        answer = await case.who.ask("POST", f"{case.person}/erasure", {"basis": basis})
        assert "is kept until" in refused(answer, 409, "must-be-kept")["detail"]

    later = replace(office.runtime.units, clock=lambda: datetime.now(UTC) + timedelta(days=9 * 366))
    async with later.for_council(COUNCIL) as work:
        person = await store.person(work, case.person_id)
        assert person is not None
        await erasure.erase(person, ErasureBasis.RETENTION_ENDED, work, by="the records officer")
        await work.commit()

    assert await tables_with(office, case) == TOMBSTONES


@of_the_service
async def test_nobody_but_the_office_holds_or_erases_and_no_other_council(office: Office) -> None:
    case = await office.begin()
    hold = await case.who.done("POST", f"{case.person}/legal-holds", {"because": "A claim.", "from_on": "2009-07-01"})
    person = office.somebody(Role.BUDGET_HOLDER, person_id=case.person_id)
    stranger = office.somebody(council="E10009998")
    lifting = f"/v1/legal-holds/{hold['hold_id']}/lifting"

    refused(await person.ask("POST", f"{case.person}/erasure", {"basis": "request"}), 403, "not-allowed")
    refused(await person.ask("POST", lifting, {"lifted_on": "2009-08-01"}), 403, "not-allowed")
    refused(await stranger.ask("POST", f"{case.person}/erasure", {"basis": "request"}), 404, "not-found")
    refused(await stranger.ask("POST", lifting, {"lifted_on": "2009-08-01"}), 404, "not-found")
    refused(
        await case.who.ask("POST", f"/v1/legal-holds/{uuid4()}/lifting", {"lifted_on": "2009-08-01"}), 404, "not-found"
    )


async def tables_with(office: Office, case: Case) -> set[str]:
    """Tables that still have something of a person."""
    found = set()
    async with office.runtime.units.for_council(COUNCIL) as work:
        for name, table in metadata.tables.items():
            column = "person_id" if "person_id" in table.columns else "assessment_id"
            if column in table.columns:
                wanted = str(case.person_id) if column == "person_id" else case.assessment_id
                query = text(f"SELECT count(*) FROM {name} WHERE {column} = CAST(:id AS uuid)")
                if await work.session.scalar(query, {"id": wanted}):
                    found.add(name)
        kept = text("SELECT count(*) FROM idempotency_key WHERE position(CAST(:name AS bytea) IN body) > 0")
        if await work.session.scalar(kept, {"name": NAME.encode()}):
            found.add("idempotency_key")
    return found
