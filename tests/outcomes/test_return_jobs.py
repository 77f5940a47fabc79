"""Statutory returns made from what was told, over HTTP: their rows, their faults, who took them, and how they go."""

import csv
import io
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from braid.contracts.assessment import AssessmentAgreed
from braid.kit.identity import Role
from braid.kit.jobs.runner import JobRunner
from services.outcomes.api.client_level_data import KEPT_DAYS
from services.outcomes.client_level_data.return_files import read_return
from services.outcomes.client_level_data.specification_files import release_2
from services.outcomes.domain.client_level_data.checks import pre_flight
from tests.outcomes.desk import TODAY
from tests.outcomes.events_of_a_journey import journey
from tests.outcomes.jobs_desk import RETURNS, JobsDesk

YEAR_2026: dict[str, Any] = {"quarter_ends_on": "2026-12-31", "la_code": "503"}


async def rows_of(desk: JobsDesk, where: str) -> list[dict[str, str]]:
    answer = await desk.ask("GET", f"{where}/file.csv", role=Role.FINANCE_OFFICER)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


async def faults_of(desk: JobsDesk, where: str) -> list[dict[str, str]]:
    answer = await desk.ask("GET", f"{where}/faults.csv", role=Role.AUDITOR)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


async def made(desk: JobsDesk, **changes: Any) -> tuple[str, Any]:
    """A return that was made: where it is, and how it fared."""
    where = await desk.asked(RETURNS, **{**YEAR_2026, **changes})
    told_of_it = await desk.ended(where)
    assert told_of_it["status"] == "done", told_of_it["problem"]
    return where, told_of_it


async def test_a_journey_that_services_told_of_is_a_row_an_event_checked_in_the_departments_words(
    jobs_desk: JobsDesk, tmp_path: Any
) -> None:
    await jobs_desk.hear(*journey(jobs_desk.council, jobs_desk.person))

    where, told_of_it = await made(jobs_desk)
    rows, faults, found = await rows_of(jobs_desk, where), await faults_of(jobs_desk, where), told_of_it["results"]

    assert found["period"] == {"starts_on": "2026-01-01", "ends_on": "2026-12-31"}
    by_type = {kind: [row for row in rows if row["Event_Type"] == kind] for kind in found["events"]}
    assert {kind: len(each) for kind, each in by_type.items()} == found["events"]
    [request], [assessment], [review] = by_type["Request"], by_type["Assessment"], by_type["Review"]
    assert (request["Event_Start_Date"], request["Event_End_Date"]) == ("01/01/2026", "11/01/2026")
    assert (assessment["Event_Start_Date"], assessment["Event_End_Date"]) == ("11/01/2026", "31/01/2026")
    assert review["Event_Start_Date"] == "20/05/2026"
    assert {row["Unit_Cost"] for row in by_type["Service"]} == {"145.00"}
    assert {row["LA_Code"] for row in rows} == {"503"}
    assert {row["LA_Person_Unique_Identifier"] for row in rows} == {str(jobs_desk.person)}

    # What the file says by itself is what was counted of it.
    (tmp_path / "return.csv").write_text((await jobs_desk.ask("GET", f"{where}/file.csv", role=Role.SYSTEM)).text)
    again = pre_flight(release_2(), read_return(release_2(), tmp_path / "return.csv"))
    assert [(str(one.row), one.field) for one in again.faults] == [(one["row"], one["field"]) for one in faults]
    assert (found["rows"], found["faults"], found["people"]) == (len(rows), len(faults), 1)
    gender = next(one for one in found["fields"] if one["field"] == "Gender")
    assert gender["counts"] == {"Failed: Blank (Mandatory)": len(rows)}
    assert "Gender" in {one["field"] for one in found["never_told"]}
    assert not found["may_be_sent"]


async def test_a_death_closes_every_line_that_was_open(jobs_desk: JobsDesk) -> None:
    await jobs_desk.hear(*journey(jobs_desk.council, jobs_desk.person))
    await jobs_desk.record_death(date(2026, 7, 1))

    where, _ = await made(jobs_desk)

    services = [row for row in await rows_of(jobs_desk, where) if row["Event_Type"] == "Service"]
    last = max(services, key=lambda row: row["Event_Start_Date"][3:5])
    assert (last["Event_End_Date"], last["Event_Outcome"]) == ("01/07/2026", "NFA: Deceased")
    assert {row["Date_of_Death"] for row in services} == {"01/07/2026"}
    assert not [one for one in await faults_of(jobs_desk, where) if "death" in one["reason"]]


async def test_errors_that_were_planted_in_what_is_told_are_found_at_their_rows(jobs_desk: JobsDesk) -> None:
    other, not_yet_born = uuid4(), uuid4()
    for person in (jobs_desk.person, other, not_yet_born):
        await jobs_desk.hear(*journey(jobs_desk.council, person))
    # Told again with another day of birth: after the case was opened.
    right = next(one for one in journey(jobs_desk.council, not_yet_born) if isinstance(one, AssessmentAgreed))
    facts = {**right.facts, "date_of_birth": "2026-01-10"}
    await jobs_desk.hear(right.model_copy(update={"facts": facts}))

    where, _ = await made(jobs_desk)

    rows = await rows_of(jobs_desk, where)
    planted = [one for one in await faults_of(jobs_desk, where) if one["reason"] == "it is after the event began"]
    assert [one["field"] for one in planted] == ["Date_of_Birth"]
    row = rows[int(planted[0]["row"]) - 1]
    assert (row["LA_Person_Unique_Identifier"], row["Event_Type"]) == (str(not_yet_born), "Request")


async def test_a_councils_code_is_asked_once_and_is_a_fault_in_every_row_until_then(jobs_desk: JobsDesk) -> None:
    await jobs_desk.hear(*journey(jobs_desk.council, jobs_desk.person))

    without, told_without = await made(jobs_desk, la_code=None)
    _, told_first = await made(jobs_desk)
    _, told_later = await made(jobs_desk, la_code=None)

    fields = {one["field"]: one["counts"] for one in told_without["results"]["fields"]}
    assert fields["LA_Code"] == {"Failed: Blank (Mandatory)": told_without["results"]["rows"]}
    assert "1" in [one["row"] for one in await faults_of(jobs_desk, without) if one["field"] == "LA_Code"]
    assert (told_first["la_code"], told_later["la_code"]) == ("503", "503")


async def test_whoever_takes_the_file_is_in_the_access_record_of_everybody_in_it(jobs_desk: JobsDesk) -> None:
    people = sorted([jobs_desk.person, uuid4()])
    for person in people:
        await jobs_desk.hear(*journey(jobs_desk.council, person))
    where, _ = await made(jobs_desk)

    await rows_of(jobs_desk, where)
    await faults_of(jobs_desk, where)

    found = await jobs_desk.rows(
        "SELECT route, person_id FROM access_record WHERE council = $1 AND route LIKE '%.csv' ORDER BY person_id",
        jobs_desk.council,
    )
    file = "/v1/client-level-data-returns/{return_id}/file.csv"
    assert [each["person_id"] for each in found if each["route"] == file] == people
    assert [each["person_id"] for each in found if each["route"] != file] == [None]


async def test_an_erased_person_is_in_no_kept_file_and_the_others_faults_keep_their_rows(jobs_desk: JobsDesk) -> None:
    for person in (jobs_desk.person, *(uuid4() for _ in range(4))):
        await jobs_desk.hear(*journey(jobs_desk.council, person))
    where, _ = await made(jobs_desk)
    everybody = {row["LA_Person_Unique_Identifier"] for row in await rows_of(jobs_desk, where)}

    await jobs_desk.erase()

    rows, faults = await rows_of(jobs_desk, where), await faults_of(jobs_desk, where)
    assert {row["LA_Person_Unique_Identifier"] for row in rows} == everybody - {str(jobs_desk.person)}
    assert (await jobs_desk.get(where, role=Role.AUDITOR))["results"]["erased_since"] == 1
    assert {int(one["row"]) for one in faults if one["field"] == "Gender"} == set(range(1, len(rows) + 1))
    kept = await jobs_desk.rows("SELECT FROM statutory_return_person WHERE lines LIKE $1", f"%{jobs_desk.person}%")
    assert kept == []


async def test_a_file_goes_when_its_time_is_over_and_its_counts_stay(jobs_desk: JobsDesk) -> None:
    await jobs_desk.hear(*journey(jobs_desk.council, jobs_desk.person))
    where, told_of_it = await made(jobs_desk)
    until = TODAY + timedelta(KEPT_DAYS)
    assert (told_of_it["kept_until"], told_of_it["is_kept"]) == (until.isoformat(), True)

    jobs_desk.move_clock(until)
    assert (await jobs_desk.ask_for(f"{RETURNS}:discard")).json() == {"discarded": 0}
    assert len(await rows_of(jobs_desk, where)) == told_of_it["results"]["rows"]
    jobs_desk.move_clock(until + timedelta(1))
    assert (await jobs_desk.ask("GET", f"{where}/file.csv", role=Role.FINANCE_OFFICER)).status_code == 410
    assert (await jobs_desk.ask_for(f"{RETURNS}:discard")).json() == {"discarded": 1}

    later = await jobs_desk.get(where, role=Role.AUDITOR)
    assert (later["is_kept"], later["results"]["rows"]) == (False, told_of_it["results"]["rows"])
    assert await jobs_desk.rows("SELECT FROM statutory_return_person WHERE council = $1", jobs_desk.council) == []


async def test_nobody_sees_another_councils_return_and_an_auditor_takes_no_file(
    jobs_desk: JobsDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(JobRunner, "start", lambda *_: None)
    where = await jobs_desk.asked(RETURNS, **YEAR_2026)
    other: dict[str, Any] = {"role": Role.FINANCE_OFFICER, "council": "E10999123"}

    for path in (where, f"{where}/file.csv", f"{where}/faults.csv"):
        assert (await jobs_desk.ask("GET", path, **other)).status_code == 404
    assert (await jobs_desk.get(RETURNS, **other))["returns"] == []
    assert len((await jobs_desk.get(RETURNS, role=Role.AUDITOR))["returns"]) == 1
    assert (await jobs_desk.ask("GET", f"{where}/file.csv", role=Role.AUDITOR)).status_code == 403
    assert (await jobs_desk.ask_for(RETURNS, role=Role.AUDITOR, **YEAR_2026)).status_code == 403
    assert (await jobs_desk.ask("GET", f"{where}/file.csv", role=Role.FINANCE_OFFICER)).status_code == 409


@pytest.mark.parametrize(
    ("body", "type_"),
    [
        ({"quarter_ends_on": "2026-12-30"}, "no-such-period"),
        ({"quarter_ends_on": "2027-03-31"}, "not-yet"),
        ({"quarter_ends_on": "2026-12-31", "la_code": "5O3"}, "invalid-request"),
    ],
)
async def test_a_return_ends_with_a_quarter_that_is_over(jobs_desk: JobsDesk, body: dict[str, Any], type_: str) -> None:
    answer = await jobs_desk.ask_for(RETURNS, **body)

    assert answer.status_code == 422
    assert answer.json()["type"].endswith(f"/{type_}"), answer.text
