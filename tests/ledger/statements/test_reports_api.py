"""Statements, returns and the council's reports over the API, from a journal in PostgreSQL."""

import csv
import io
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from pypdf import PdfReader
from sqlalchemy import text

from braid.contracts.award import AwardStatus as Status
from braid.contracts.award import Cadence
from braid.contracts.uses import Use
from braid.kit.identity import Role
from braid.kit.paging import moment_place
from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain import postings
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.postings import About, Part
from services.ledger.domain.returns.plain_text import journal_head, transaction
from services.ledger.posting.columns import Posting
from services.ledger.statements import council_reports, return_reading
from services.ledger.statements.reading import whole_journal
from services.ledger.statements.return_reading import ReturnAsked
from tests.ledger.builders import Stream
from tests.ledger.ledger_under_test import connected
from tests.ledger.spending.builders import FIRST_DAY
from tests.ledger.spending.desk import Desk, Line
from tests.ledger.statements.test_council import HLEDGER, balances_by_hledger

ILF, DFG = Stream.INDEPENDENT_LIVING_FUND, Stream.DISABLED_FACILITIES_GRANT
JUNE: dict[str, Any] = {"first": "2009-06-01", "last": "2009-06-30"}


async def a_month(desk: Desk) -> UUID:
    """An award, an advance, four wages and a gym fee; returns the fund."""
    fund = await desk.award()
    await desk.pay_out(fund, 100_000)
    await desk.plan("Maria, my assistant", ["Maria Kowalska"], 20_000)
    await desk.plan("Gym", ["City Leisure"], 2_500, use="leisure.activity", cadence="monthly")
    wages = [Line(FIRST_DAY + timedelta(weeks=week), "Maria Kowalska", 20_000) for week in range(4)]
    gym = Line(FIRST_DAY + timedelta(days=2), "City Leisure", 2_500)
    await desk.take_in(*wages, gym, account=f"1234561{desk.person.int % 10**7:07}")
    return fund


async def test_a_statement_tells_the_month_in_plain_words(desk: Desk) -> None:
    await a_month(desk)

    told = await desk.get(f"{desk.home}/statement", role=Role.PRACTITIONER, **JUNE)

    assert told["summary"] == [
        "On 1 June 2009 you had £0.00.",
        "£5,200.00 came in and £825.00 went out.",
        "On 30 June 2009 you had £4,375.00 left.",
        "£175.00 of that is in your own account.",
    ]
    assert [(one["on"], one["text"], one["change_pence"]) for one in told["movements"]] == [
        ("2009-06-01", "Money awarded: Adult social care", 520_000),
        ("2009-06-01", "Paid into your account", 0),
        ("2009-06-01", "Maria, my assistant: paid to Maria Kowalska", -20_000),
        ("2009-06-03", "Gym: paid to City Leisure", -2_500),
        ("2009-06-08", "Maria, my assistant: paid to Maria Kowalska", -20_000),
        ("2009-06-15", "Maria, my assistant: paid to Maria Kowalska", -20_000),
        ("2009-06-22", "Maria, my assistant: paid to Maria Kowalska", -20_000),
    ]


async def test_every_figure_of_a_statement_leads_to_its_entries(desk: Desk) -> None:
    await a_month(desk)
    told = await desk.get(f"{desk.home}/statement", **JUNE)
    (stream,) = told["streams"]

    entries = (await desk.ask("GET", stream["entries"])).json()["entries"]

    unspent = ("fund.available", "fund.committed", "fund.advanced")
    change = -sum(leg["amount_pence"] for one in entries for leg in one["legs"] if leg["account"] in unspent)
    assert change == stream["closing_pence"] - stream["opening_pence"]
    assert {one["entry"] for one in told["movements"]} <= {one["entry"] for one in entries}


async def test_a_statement_comes_as_pdf_and_csv_too(desk: Desk) -> None:
    await a_month(desk)

    pdf = await desk.ask("GET", f"{desk.home}/statement.pdf?first=2009-06-01&last=2009-06-30")
    table = await desk.ask("GET", f"{desk.home}/statement.csv?first=2009-06-01&last=2009-06-30")

    assert pdf.headers["content-type"] == "application/pdf"
    assert "£4,375.00" in PdfReader(io.BytesIO(pdf.content)).pages[0].extract_text()
    rows = list(csv.DictReader(io.StringIO(table.text)))
    pence = {row["what"]: row["change"] for row in rows}
    assert (pence["At the start"], pence["At the end"]) == ("0.00", "4375.00")
    moved = sum(round(float(row["change"]) * 100) for row in rows if row["what"] not in ("At the start", "At the end"))
    assert moved == 437_500


@pytest.mark.parametrize("form", ["statement", "statement.pdf", "statement.csv", "standing", "statement/entries"])
async def test_a_person_s_papers_are_theirs_and_the_council_s(desk: Desk, form: str) -> None:
    await desk.award()
    path = f"{desk.home}/{form}?first=2009-06-01&last=2009-06-30&on=2009-06-30"

    own = await desk.ask("GET", path, role=Role.BUDGET_HOLDER, person_id=desk.person)
    other = await desk.ask("GET", path, role=Role.BUDGET_HOLDER, person_id=uuid4())
    elsewhere = await desk.ask("GET", path, council="E10009990")

    assert (own.status_code, other.status_code, elsewhere.status_code) == (200, 404, 404)


@pytest.mark.parametrize(
    "query",
    ["first=2009-06-30&last=2009-06-01", "first=1999-01-01&last=2019-01-01", "first=2009-06-01", "first=x&last=y"],
)
async def test_a_period_that_makes_no_sense_is_refused(desk: Desk, query: str) -> None:
    await desk.award()

    assert (await desk.ask("GET", f"{desk.home}/statement?{query}")).status_code == 422


async def test_a_time_without_its_zone_is_refused(desk: Desk) -> None:
    await desk.award()
    path = f"{desk.home}/statement?first=2009-06-01&last=2009-06-30&known_at=2009-07-01T12:00:00"

    assert (await desk.ask("GET", path)).json()["type"].rsplit("/", 1)[1] == "zone-missing"


async def test_a_return_shows_an_early_end_and_what_was_spent(desk: Desk) -> None:
    # L15: 180.00 a week for ten weeks, ended after four; 360.00 are held for July.
    fund = await desk.award(ILF, pence=180_000, ends_on=date(2009, 8, 9))
    await desk.plan("Maria, my assistant", ["Maria Kowalska"], 18_000)
    await desk.pay_out(fund, 72_000, stream=ILF)
    await desk.take_in(*(Line(FIRST_DAY + timedelta(weeks=week), "Maria Kowalska", 18_000) for week in range(4)))
    july = About(uuid4(), desk.budget_id, date(2009, 6, 20), "July's wages", "care.personal", uuid4())
    await desk.ledger.post(
        Posting(postings.committed(july, [Part(fund, ILF.value, 36_000)]), expires_on=date(2009, 7, 31))
    )
    await desk.award(ILF, pence=108_000, version=2, ends_on=date(2009, 6, 30))

    told = await desk.get(f"/v1/returns/{ILF.value}", **JUNE)
    held = await desk.get("/v1/aged-commitments", on="2009-06-30")
    refused = await desk.take_in(Line(date(2009, 7, 1), "Maria Kowalska", 18_000))

    (line,) = told["lines"]
    assert (line["spent_pence"], line["ends_on"], line["ended_early"]) == (72_000, "2009-06-30", True)
    assert (line["first_ends_on"], told["reconciles"]) == ("2009-08-09", True)
    assert [(one["pence"], one["is_past_the_end"], one["bucket"]) for one in held["commitments"]] == [
        (36_000, True, "0-30")
    ]
    assert refused["queries"][0]["kind"] == "outside_the_award"


async def test_returns_and_trial_balance_come_to_the_journal(desk: Desk) -> None:
    await a_month(desk)
    await desk.award(ILF, pence=180_000, contribution_pence=1_000)

    balance = await desk.get("/v1/trial-balance", for_date="2009-06-30")
    apart = {stream: await desk.get(f"/v1/returns/{stream}", **JUNE) for stream in ("adult_social_care", ILF.value)}

    assert balance["debit_pence"] == balance["credit_pence"] > 0
    for stream, told in apart.items():
        assert (told["reconciles"], told["differences"]) == (True, {})
        of_funds = {
            row["account"]: -row["balance_pence"]
            for row in balance["balances"]
            if row["stream"] == stream and not row["account"].startswith("council.") and row["balance_pence"]
        }
        assert told["account_balances"] == of_funds
        assert told["totals"]["closing_pence"] == sum(line["closing_pence"] for line in told["lines"])


async def test_what_is_given_as_things_is_told_by_its_value(desk: Desk) -> None:
    equipment = Stream.COMMUNITY_EQUIPMENT
    await desk.award(equipment, pence=30_000, uses=[Use.EQUIPMENT_DAILY_LIVING], others={"cadence": Cadence.IN_KIND})

    told = await desk.get(f"/v1/returns/{equipment.value}", **JUNE)

    assert (told["basis"], told["totals"]["in_kind_pence"], told["totals"]["awarded_pence"]) == ("value", 30_000, 0)


async def test_a_return_of_many_people_is_read_page_by_page_and_totals_are_of_all(desk: Desk) -> None:
    for _ in range(5):
        desk.person = uuid4()
        await a_month(desk)

    first = await desk.get("/v1/returns/adult_social_care", most=3, **JUNE)
    desk.person = uuid4()
    await desk.award(pence=7_000)
    second = await desk.get("/v1/returns/adult_social_care", most=3, after=first["next"], **JUNE)
    more = await desk.get("/v1/returns/adult_social_care", most=5, after=first["next"], **JUNE)

    lines = [line for page in (first, second) for line in page["lines"]]
    assert len(lines) == len({line["fund_id"] for line in lines}) == first["funds"] == 5
    assert first["totals"] == {column: sum(line[column] for line in lines) for column in first["totals"]}
    assert (first["totals"]["spent_pence"], first["reconciles"], first["differences"]) == (5 * 82_500, True, {})
    assert (second["known_at"], second["next"], more["lines"]) == (first["known_at"], None, second["lines"])
    whole = ("totals", "funds", "account_balances", "reconciles", "differences", "tells_funder")
    assert {second[part] for part in whole} == {None}


async def many_funds(desk: Desk, count: int) -> None:
    """Funds of so many people, each with its award, in a database that knows how large its tables are."""
    await desk.ledger.take(
        *(desk.ledger.an_award_decided(uuid4(), stream=Stream.ADULT_SOCIAL_CARE) for _ in range(count))
    )
    async with connected(desk.ledger.url("superuser")) as db:
        await db.execute("ANALYZE")


async def rows_read(work: UnitOfWork) -> dict[str, int]:
    """Rows that a transaction has read so far, by table of the journal and of the funds."""
    tables = ("journal_leg", "journal_entry", "journal_block", "account", "fund", "fund_version", "budget")
    query = text(
        "SELECT relname, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) AS rows"
        " FROM pg_stat_xact_user_tables WHERE relname = ANY(:tables)"
    )
    found = {row.relname: row.rows for row in await work.session.execute(query, {"tables": list(tables)})}
    return {table: found.get(table, 0) for table in tables}


async def test_a_page_of_a_return_reads_the_entries_of_its_own_funds_alone(desk: Desk) -> None:
    async def page_of_one() -> dict[str, int]:
        """What the second page of a line read, by table."""
        first = await desk.get("/v1/returns/adult_social_care", most=1, **JUNE)
        place = moment_place(first["next"])
        async with desk.ledger.runtime.units.for_council(desk.ledger.council) as work:
            # Tables that fit on a few pages are cheapest read whole; in a journal of any size nobody would.
            await work.session.execute(text("SET LOCAL enable_seqscan = off"))
            before = await rows_read(work)
            asked = ReturnAsked(
                "adult_social_care",
                FIRST_DAY,
                date(2009, 6, 30),
                place[0],
                await return_reading.head_at(work, place[0]),
            )
            page = await council_reports.page_of_return(work, asked, place[1], 1)
            after = await rows_read(work)
        assert page is not None
        assert len(page.made.lines) == 1
        return {table: after[table] - before[table] for table in after}

    for _ in range(2):
        await many_funds(desk, 250)
        read = await page_of_one()
        assert read["journal_leg"] > 0
        assert {table: rows for table, rows in read.items() if rows > 20} == {}


@pytest.mark.parametrize(
    "cursor", ["x", "MjAwOS0wNi0wMQ==", "MjAwOS0wNi0wMS9hYmM=", "MjAwOS0wNi0wMVQwMDowMDowMC9hYmM="]
)
async def test_a_page_behind_a_cursor_that_is_none_of_ours_is_refused(desk: Desk, cursor: str) -> None:
    await desk.award()

    answer = await desk.ask("GET", f"/v1/returns/adult_social_care?first=2009-06-01&last=2009-06-30&after={cursor}")

    assert answer.status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        "/v1/returns/adult_social_care?first=2009-06-01&last=2009-06-30",
        "/v1/trial-balance?for_date=2009-06-30",
        "/v1/aged-commitments?on=2009-06-30",
        "/v1/general-ledger-export",
        "/v1/general-ledger-mapping",
        "/v1/ledger-settings",
    ],
)
async def test_the_council_s_reports_are_for_finance_and_audit(desk: Desk, path: str) -> None:
    await desk.award()
    for role in (Role.BUDGET_HOLDER, Role.PRACTITIONER, Role.PARTNER):
        assert (await desk.ask("GET", path, role=role, person_id=desk.person)).status_code == 403
    assert (await desk.ask("GET", path, role=Role.AUDITOR)).status_code in (200, 404)


async def test_a_stream_that_the_council_has_no_fund_of_has_no_return(desk: Desk) -> None:
    assert (await desk.ask("GET", f"/v1/returns/{DFG.value}?first=2009-06-01&last=2009-06-30")).status_code == 404


async def test_each_entry_is_exported_to_the_general_ledger_once(desk: Desk) -> None:
    await a_month(desk)
    rows = "\n".join(f"*,{account.value},{number},SOC" for number, account in enumerate(Account, 1000))
    mapping = f"stream,account,nominal_code,cost_centre\n{rows}\n"
    await desk.ask("PUT", "/v1/general-ledger-mapping", {"mapping": mapping})

    first = await desk.ask("GET", "/v1/general-ledger-export?until_sequence=3")
    second = await desk.ask("GET", "/v1/general-ledger-export?after_sequence=3")
    whole = await desk.ask("GET", "/v1/general-ledger-export")
    balance = await desk.get("/v1/trial-balance", for_date="2010-12-31")

    def total(text: str, side: str) -> int:
        return sum(round(float(row[side]) * 100) for row in csv.DictReader(io.StringIO(text)))

    assert total(first.text, "debit") == total(first.text, "credit")
    assert total(first.text, "debit") + total(second.text, "debit") == total(whole.text, "debit")
    assert total(whole.text, "debit") == balance["debit_pence"]
    assert second.headers["braid-until-sequence"] == whole.headers["braid-until-sequence"]


async def test_a_mapping_that_leaves_money_out_exports_nothing(desk: Desk) -> None:
    await a_month(desk)
    mapping = "stream,account,nominal_code,cost_centre\n*,fund.paid,4100,SOC\n"
    await desk.ask("PUT", "/v1/general-ledger-mapping", {"mapping": mapping})

    answer = await desk.ask("GET", "/v1/general-ledger-export")

    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[1]) == (409, "mapping-incomplete")
    assert "fund.available" in answer.json()["detail"]


async def test_entries_that_are_not_there_cannot_be_exported(desk: Desk) -> None:
    await a_month(desk)
    await desk.ask(
        "PUT", "/v1/general-ledger-mapping", {"mapping": "stream,account,nominal_code,cost_centre\n*,fund.paid,1,2\n"}
    )

    assert (await desk.ask("GET", "/v1/general-ledger-export?after_sequence=999")).status_code == 422


async def test_an_alert_is_raised_once_and_cleared_when_its_cause_has_gone(desk: Desk) -> None:
    fund = await desk.award()
    await desk.plan("Maria, my assistant", ["Maria Kowalska"], 20_000)
    await desk.pay_out(fund, 100_000)

    async def watch(on: str) -> list[str]:
        answer = await desk.ask("POST", f"{desk.home}/watch?on={on}", role=Role.SYSTEM)
        return [alert["kind"] for alert in answer.json()["alerts"]]

    first, again = await watch("2009-08-03"), await watch("2009-08-10")
    await desk.take_in(
        Line(date(2009, 8, 10), "Maria Kowalska", 20_000), Line(date(2009, 8, 3), "Maria Kowalska", 20_000)
    )
    after = await watch("2009-08-12")

    assert first == again == ["quiet", "surplus", "underspend"]
    assert "quiet" not in after
    published = [name for name in await desk.ledger.published(desk.person) if "alert" in name]
    assert published.count("uk.braid.budget.alert-raised.v1") == 3
    assert published.count("uk.braid.budget.alert-cleared.v1") == 2
    assert await desk.balance(fund, Account.FUND_PAID) == 40_000


async def test_the_day_s_watch_looks_at_every_budget(desk: Desk) -> None:
    people = [uuid4(), uuid4()]
    for desk.person in people:
        await desk.award()

    watched = (await desk.ask("POST", "/v1/budget-watch?on=2009-08-03", role=Role.SYSTEM)).json()

    assert watched == {"watched": 2, "next": None}
    told = await desk.get("/v1/budget-alerts", most=3)
    more = await desk.get("/v1/budget-alerts", after=told["next"])
    assert {alert["person_id"] for alert in told["alerts"] + more["alerts"]} == {str(person) for person in people}


async def test_planned_against_actual_and_the_forecast_with_its_sum(desk: Desk) -> None:
    await a_month(desk)

    told = await desk.get(f"{desk.home}/standing", on="2009-06-30")

    wages = next(one for one in told["items"] if one["text"].startswith("Maria"))
    assert (wages["planned_pence"], wages["spent_pence"], wages["difference_pence"]) == (100_000, 80_000, -20_000)
    (fund,) = told["funds"]
    assert sum(line["pence"] for line in fund["forecast"]) == fund["forecast_spent_pence"]
    assert fund["forecast_left_pence"] == fund["awarded_pence"] - fund["forecast_spent_pence"]
    assert (told["spent_pence"], told["unplanned_pence"]) == (82_500, 0)


async def test_a_council_sets_a_figure_with_its_reason(desk: Desk) -> None:
    await desk.award()
    body = {"figure": 500, "reason": "Small change is not asked about."}
    await desk.ask("PUT", "/v1/ledger-settings/spending.ask_above_pence", body)

    taken = await desk.take_in(Line(FIRST_DAY, "Corner shop", 480), Line(FIRST_DAY, "Bookmaker", 501))
    told = {one["name"]: one for one in (await desk.get("/v1/ledger-settings"))["figures"]}

    assert [query["pence"] for query in taken["queries"]] == [501]
    assert told["spending.ask_above_pence"]["figure"] == 500
    assert told["watching.surplus_weeks"]["figure"] == told["watching.surplus_weeks"]["default"] == 8


@pytest.mark.parametrize(("name", "figure"), [("spending.ask_above_pence", 5_001), ("spending.kindness", 1)])
async def test_a_figure_out_of_its_bounds_is_refused(desk: Desk, name: str, figure: int) -> None:
    answer = await desk.ask("PUT", f"/v1/ledger-settings/{name}", {"figure": figure, "reason": "Because."})

    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[1]) == (422, "setting-refused")


async def test_indicative_money_is_in_no_statement_and_pays_nothing(desk: Desk) -> None:
    await desk.award(ILF, pence=200_000, status=Status.INDICATIVE)
    await desk.plan("Maria, my assistant", ["Maria Kowalska"], 20_000)

    taken = await desk.take_in(Line(FIRST_DAY, "Maria Kowalska", 20_000))
    told = await desk.get(f"{desk.home}/statement", **JUNE)

    (query,) = taken["queries"]
    assert (query["kind"], "confirms" in query["reasons"][0]) == ("answer_missing", True)
    assert (told["closing_pence"], told["movements"]) == (0, [])


@pytest.mark.skipif(HLEDGER is None, reason="hledger is not installed: apt-get install hledger")
async def test_hledger_comes_to_the_balances_of_the_journal(desk: Desk, tmp_path: Path) -> None:
    await a_month(desk)
    await desk.award(ILF, pence=180_000, contribution_pence=1_000)
    async with desk.ledger.runtime.units.for_council(desk.ledger.council) as work:
        lines = [transaction(one) async for one in whole_journal(work)]
    file = tmp_path / "all.journal"
    file.write_text(journal_head() + "".join(lines))

    for until in (date(2009, 6, 1), date(2009, 6, 8), date(2010, 12, 31)):
        told = await desk.get("/v1/trial-balance", for_date=until)
        by_account: Counter[str] = Counter()
        for name, pence in balances_by_hledger(file, until).items():
            by_account[":".join(name.split(":")[:2])] += pence
        assert dict(by_account) == {
            f"{row['stream']}:{row['account']}": row["balance_pence"]
            for row in told["balances"]
            if row["balance_pence"]
        }


async def test_a_statement_names_a_stream_as_its_latest_award_does(desk: Desk) -> None:
    await desk.award(others={"stream_label": "Care money"})
    await desk.award(version=2, others={"stream_label": "Your care and support money"})

    told = await desk.get(f"{desk.home}/statement", **JUNE)

    assert [stream["name"] for stream in told["streams"]] == ["Your care and support money"]
