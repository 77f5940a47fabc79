"""A person's figures through the service: the event's allocation, its explanation, the final figure and the history."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from braid.command_line.embedded_platform import Databases
from braid.contracts.allocation import AllocationSettled, IndicativeAllocationCalculated
from braid.kit.identity import Role, create_keys, internal_verifier
from braid.kit.service import ServiceRuntime, build_api
from braid.kit.settings import ServiceSettings
from services.ras.domain.allocation import allocate
from services.ras.handlers import need_of, tables
from services.ras.main import SERVICE
from services.ras.store import history
from tests.ras.office import OTHER_COUNCIL, Office, agreed
from tests.real_parts.databases import FreshDatabases

DAYS = [{"kind": "other", "days_per_week": 5}, {"kind": "bad", "days_per_week": 2}]
#: Six points: what an answer of a person awake at night comes to, pence a year.
SIX_POINTS = 161_675


@pytest.fixture(scope="session")
def shared_databases(fresh_databases: FreshDatabases) -> Databases:
    """Databases for all tests of this file; each test has people of its own."""
    return asyncio.run(fresh_databases.copy())


@pytest.fixture
async def runtime(shared_databases: Databases) -> AsyncIterator[ServiceRuntime]:
    database = shared_databases.settings_of(SERVICE.name)
    runtime = ServiceRuntime(SERVICE, ServiceSettings(environment="test", database=database))
    yield runtime
    await runtime.close()


@pytest.fixture
async def office(runtime: ServiceRuntime, shared_databases: Databases, tmp_path: Path) -> AsyncIterator[Office]:
    create_keys(tmp_path, "internal")
    app = build_api(runtime, verifier=internal_verifier(tmp_path / "internal-public.jwks.json"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ras") as client:
        yield Office(runtime, client, tmp_path, shared_databases)


def a_line(pence_per_week: int, text: str = "Support") -> dict[str, Any]:
    return {"text": text, "units_per_week": 1, "unit": "week", "pence_per_unit": pence_per_week}


async def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rsplit("/", 1)[1]


async def test_the_spread_of_days_and_the_costed_hours_are_told_for_planning(office: Office) -> None:
    person = uuid4()

    await office.hear(agreed(person, day_profiles=DAYS))

    (event,) = await office.told(person)
    shown = (await office.ask("GET", f"{person}/allocation")).json()
    assert event["type"] == IndicativeAllocationCalculated.TYPE
    assert [(day["kind"], day["days_per_week"]) for day in event["days"]] == [("other", 5), ("bad", 2)]
    assert shown["days"] == event["days"]
    assert event["costed_hours_pence_per_year"] == shown["costed_hours"]["pence_per_year"]
    assert shown["costed_hours"]["gap_pence_per_year"] == shown["pence_per_year"] - event["costed_hours_pence_per_year"]
    assert shown["final"] is None


async def test_the_same_assessment_told_again_changes_nothing(office: Office) -> None:
    person = uuid4()

    await office.hear(agreed(person), agreed(person))

    assert len(await office.told(person)) == 1


async def test_every_figure_can_be_worked_out_again_from_what_was_kept(office: Office, runtime: ServiceRuntime) -> None:
    person = uuid4()
    support = [{"code": "specialist_support", "text": "A specialist", "minutes_per_day": 90}]
    await office.hear(agreed(person, day_profiles=DAYS, specialist_support=support, informal_help={"community": "all"}))

    async with runtime.units.for_council("E10009999") as work:
        (row,) = (await history(work, person)).allocations
    need = need_of(row)
    assert need is not None
    again = allocate(tables().released(row.table_id, row.table_version), *need)

    assert (again.pence_per_year, list(again.notes)) == (row.pence_per_year, row.notes)
    assert again.pence_per_year > 0


async def test_the_explanation_tells_what_moved_the_figure_and_what_each_answer_is_worth(office: Office) -> None:
    person = uuid4()
    await office.hear(agreed(person), agreed(person, 2, on="2010-09-01", answers={"getting_out": "every_trip"}))

    explained = (await office.ask("GET", f"{person}/allocation/explanation")).json()

    change = explained["change"]
    assert sum(cause["pence"] for cause in change["causes"]) == (
        change["now_pence_per_year"] - change["before_pence_per_year"]
    )
    assert [cause["code"] for cause in change["causes"]] == ["need"]
    assert [answer["question_id"] for answer in change["answers"]] == ["getting_out"]
    assert {answer["question_id"] for answer in explained["answers"]} == {"nights", "getting_out"}
    assert explained["allocation"]["version"] == 2


async def test_the_letter_holds_every_line_and_both_views_in_plain_words(office: Office) -> None:
    person = uuid4()
    await office.hear(agreed(person, day_profiles=DAYS), agreed(person, 2, answers={"decisions": "every_day"}))
    await office.settle(person, lines=[a_line(9000)], reason="Two nights cost more than the table says")

    letter = await office.ask("GET", f"{person}/allocation/explanation", accept="text/plain")

    assert letter.headers["content-type"].startswith("text/plain")
    for words in (
        "How your indicative allocation was worked out",
        "11 points in the allocation table",
        "Decisions and organising: I need help with everyday decisions - 5 points",
        "The same needs in hours",
        "is worth £",
        "What moved it since the last time",
        "How often good and bad days come: -£",
        "The final figure",
        "Reason: Two nights cost more than the table says",
        "a starting point for planning, not a decision",
    ):
        assert words in letter.text


async def test_a_figure_that_a_person_finds_has_a_letter_too(office: Office) -> None:
    person = uuid4()
    await office.hear(agreed(person, answers={"nights": "no_help"}))

    letter = (await office.ask("GET", f"{person}/allocation/explanation", accept="text/plain")).text

    assert "There is no figure yet: a person must look" in letter
    assert "points never decide that" in letter


async def test_the_answers_of_a_bad_day_are_scored_kept_and_explained(office: Office) -> None:
    person, without = uuid4(), uuid4()
    days = [{"kind": "other", "days_per_week": 5}, {"kind": "bad", "days_per_week": 2}]
    of_bad_days = [{"kind": "bad", "answers": {"getting_out": ["every_trip"], "decisions": ["every_day"]}}]
    await office.hear(agreed(person, day_profiles=days, answers_by_day=of_bad_days))
    await office.hear(agreed(without, day_profiles=days))

    explained = (await office.ask("GET", f"{person}/allocation/explanation")).json()
    multiplied = (await office.ask("GET", f"{without}/allocation")).json()

    allocation = explained["allocation"]
    assert [day["points_thousandths"] for day in allocation["days"]] == [6000, 16_000]
    assert [day["points_thousandths"] for day in multiplied["days"]] == [6000, 9000]
    worths = {answer["label"]: answer["pence_per_week"] for answer in explained["answers"]}
    assert worths["On a bad day, Getting out and taking part"] > 0
    assert sum(share["pence_per_year"] for share in allocation["points_explanation"]) == allocation["pence_per_year"]


async def test_a_practitioner_settles_the_indicative_figure_as_it_stands(office: Office) -> None:
    person = uuid4()
    await office.hear(agreed(person))

    settled = await office.settle(person, Role.PRACTITIONER)

    _, event = await office.told(person)
    assert settled.status_code == 201
    assert settled.json()["pence_per_year"] == event["pence_per_year"] == SIX_POINTS
    assert settled.json()["author"] == "practitioner:somebody"
    assert event["type"] == AllocationSettled.TYPE
    assert not {"reason", "author", "carer_hours"} & set(event)
    assert (event["decided_by"], event["grounds"]) == ("practitioner", None)
    assert sum(line["pence_per_year"] for line in event["lines"]) == SIX_POINTS
    shown = await office.ask("GET", f"{person}/allocation")
    assert shown.json()["final"]["settlement_id"] == event["settlement_id"]
    assert shown.headers["etag"] == settled.headers["etag"]


@pytest.mark.parametrize(
    ("role", "body", "refused"),
    [
        (Role.APPROVER, {"lines": [a_line(9000)]}, (422, "reason-missing")),
        (Role.APPROVER, {"lines": [a_line(9000)], "reason": "  "}, (422, "reason-missing")),
        (Role.PRACTITIONER, {"lines": [a_line(9000)], "reason": "Why"}, (403, "approver-must-decide")),
        (Role.APPROVER, {"lines": [a_line(1000)], "reason": "Why"}, (422, "fall-without-grounds")),
        (Role.APPROVER, {"lines": [a_line(0)], "reason": "Why"}, (422, "fall-without-grounds")),
        (
            Role.APPROVER,
            {"lines": [a_line(9000)], "reason": "Why", "grounds": "lower_price"},
            (422, "grounds-without-fall"),
        ),
        (Role.APPROVER, {"grounds": "lower_price"}, (422, "grounds-without-fall")),
        (Role.APPROVER, {"lines": [a_line(-1)], "reason": "Why"}, (422, "invalid-request")),
        (Role.APPROVER, {"reason": "a\0b"}, (422, "invalid-request")),
        (Role.APPROVER, {"final_pence": 1}, (422, "invalid-request")),
        (Role.APPROVER, {"decided_on": "2010-05-31"}, (422, "dates-out-of-order")),
        (Role.FINANCE_OFFICER, {}, (403, "not-allowed")),
        (Role.BUDGET_HOLDER, {}, (403, "not-allowed")),
    ],
)
async def test_a_figure_that_may_not_be_settled_so_is_refused_with_its_reason(
    office: Office, role: Role, body: dict[str, Any], refused: tuple[int, str]
) -> None:
    person = uuid4()
    await office.hear(agreed(person))

    assert await refusal(await office.settle(person, role, **body)) == refused
    assert len(await office.told(person)) == 1


async def test_without_a_figure_of_the_table_the_budget_is_itemised(office: Office) -> None:
    person = uuid4()
    await office.hear(agreed(person, answers={"nights": "no_help"}))

    assert await refusal(await office.settle(person, reason="Why")) == (422, "not-itemised")
    settled = await office.settle(person, lines=[a_line(5000), a_line(2550, "Transport")], reason="Costed one by one")

    assert settled.json()["indicative_pence_per_year"] is None
    assert [line["pence_per_year"] for line in settled.json()["lines"]] == [260_000, 132_600]
    assert "Transport: 1 x week a week at £25.50 x 52 weeks" in settled.json()["lines"][1]["text"]


async def test_a_figure_does_not_fall_until_the_needs_were_assessed_again_and_then_falls_in_steps(
    office: Office,
) -> None:
    person = uuid4()
    await office.hear(agreed(person, answers={"getting_out": "every_trip"}))
    await office.settle(person)
    fall: dict[str, Any] = {
        "decided_on": "2010-12-02",
        "lines": [a_line(2000)],
        "reason": "A cheaper provider of the same",
        "grounds": "lower_price",
    }

    refused = await refusal(await office.settle(person, **fall))
    await office.hear(agreed(person, 2, on="2010-12-01", answers={"getting_out": "every_trip"}))
    fallen = (await office.settle(person, **fall)).json()

    assert refused == (409, "not-reassessed")
    assert fallen["pence_per_year"] == 104_000
    assert "the score is unchanged and the final figure fell" in fallen["flags"]
    assert fallen["yearly_pence"] == sorted(fallen["yearly_pence"], reverse=True)
    assert fallen["yearly_pence"][-1] == 104_000
    (*_, event) = await office.told(person)
    assert [year["pence_per_year"] for year in event["phased"]] == fallen["yearly_pence"]


async def test_help_that_is_counted_instead_is_named_and_stays_out_of_the_event(office: Office) -> None:
    person = uuid4()
    await office.hear(agreed(person))
    named = [{"who": "my sister", "hours_per_week": "10.5", "agreed": True}]
    body: dict[str, Any] = {
        "lines": [a_line(1000)],
        "reason": "My sister stays two nights",
        "grounds": "help_by_others",
    }

    unnamed = await refusal(await office.settle(person, **body))
    settled = await office.settle(person, **body, carer_hours=named)

    assert unnamed == (422, "fall-without-grounds")
    assert settled.json()["carer_hours"] == [{"who": "my sister", "hours_per_week": "10.5", "agreed": True}]
    event = (await office.told(person))[-1]
    assert "sister" not in str(event)
    assert (event["decided_by"], event["grounds"]) == ("approver", "help_by_others")


async def test_the_allocation_says_who_may_settle_what(office: Office) -> None:
    person, beyond = uuid4(), uuid4()
    await office.hear(agreed(person), agreed(beyond, answers={"nights": "no_help"}))

    rule = (await office.ask("GET", f"{person}/allocation")).json()["settlement_rule"]
    of_no_figure = (await office.ask("GET", f"{beyond}/allocation")).json()["settlement_rule"]

    least, most = rule["practitioner_from_pence_per_year"], rule["practitioner_to_pence_per_year"]
    assert (rule["tolerance_percent"], least, most) == ("5", SIX_POINTS * 95 // 100 + 1, SIX_POINTS * 105 // 100)
    assert [limit["pence_per_year"] for limit in rule["soft_limits"]] == [3_500_000]
    assert [limit["pence_per_year"] for limit in rule["comparators"]] == [2_600_000]
    assert of_no_figure["practitioner_from_pence_per_year"] is of_no_figure["practitioner_to_pence_per_year"] is None


async def test_two_people_who_read_the_same_figure_do_not_settle_it_twice(office: Office) -> None:
    person = uuid4()
    await office.hear(agreed(person))
    etag = (await office.ask("GET", f"{person}/allocation")).headers["etag"]
    path, body = f"{person}/allocation/settlement", {"decided_on": "2010-07-01"}

    answers = await asyncio.gather(*(office.ask("POST", path, body, etag=etag) for _ in range(2)))

    assert sorted(answer.status_code for answer in answers) == [201, 412]
    assert await refusal(await office.ask("POST", path, body)) == (428, "version-missing")


async def test_the_history_tells_every_figure_with_what_it_changed(office: Office) -> None:
    person = uuid4()
    await office.hear(agreed(person))
    await office.settle(person, lines=[a_line(38_750)], reason="First")
    await office.settle(person, lines=[a_line(51_970)], reason="Second")
    await office.settle(person, lines=[a_line(72_067)], reason="Third")

    figures = (await office.ask("GET", f"{person}/allocation/history")).json()["figures"]

    assert [figure["kind"] for figure in figures] == ["indicative", "final", "final", "final"]
    assert [figure["change_hundredths_of_percent"] for figure in figures] == [None, None, 3412, 3867]
    assert figures[-1]["since_first_hundredths_of_percent"] == 8598
    assert [figure["settlement"]["reason"] for figure in figures[1:]] == ["First", "Second", "Third"]


@pytest.mark.parametrize("what", ["allocation", "allocation/explanation", "allocation/history"])
async def test_a_persons_figures_are_read_by_them_and_their_council_alone(office: Office, what: str) -> None:
    person = uuid4()
    await office.hear(agreed(person))

    async def status(**asking: Any) -> int:
        return (await office.ask("GET", f"{person}/{what}", **asking)).status_code

    assert await status() == await status(role=Role.BUDGET_HOLDER, as_=person) == 200
    assert await status(role=Role.BUDGET_HOLDER, as_=uuid4()) == 404
    assert await status(council=OTHER_COUNCIL) == 404
    assert await status(role=Role.PARTNER) == 403


async def test_another_council_settles_nothing_here(office: Office) -> None:
    person: UUID = uuid4()
    await office.hear(agreed(person))

    body, path = {"decided_on": "2010-07-01"}, f"{person}/allocation/settlement"
    answer = await office.ask("POST", path, body, role=Role.APPROVER, council=OTHER_COUNCIL, etag='"1"')

    assert await refusal(answer) == (404, "not-found")


@pytest.mark.parametrize("table", ["allocation", "settlement"])
@pytest.mark.parametrize("change", ["UPDATE {} SET pence_per_year = 1", "DELETE FROM {}"])
async def test_the_database_itself_keeps_every_figure_as_it_was(
    runtime: ServiceRuntime, table: str, change: str
) -> None:
    async with runtime.units.for_council("E10009999") as work:
        with pytest.raises(ProgrammingError, match="permission denied"):
            await work.session.execute(text(change.format(table)))


async def test_nobody_is_settled_before_there_is_an_allocation(office: Office) -> None:
    assert await refusal(await office.settle(uuid4())) == (404, "not-found")
