"""Files taken in over the API: each line once, matched, attributed, and asked about only where it does not fit."""

from collections import Counter
from datetime import date, timedelta
from uuid import UUID, uuid4

from braid.contracts.uses import Use
from braid.kit.identity import Role
from services.ledger.domain import postings
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.postings import About, Part
from services.ledger.posting.columns import Posting
from tests.ledger.builders import Stream
from tests.ledger.ledger_under_test import LedgerUnderTest
from tests.ledger.spending.builders import FIRST_DAY
from tests.ledger.spending.desk import Desk, Line

ILF, SP, ATW = Stream.INDEPENDENT_LIVING_FUND, Stream.SUPPORTING_PEOPLE, Stream.ACCESS_TO_WORK
JUNE_30 = date(2009, 6, 30)


def wages(weeks: int, pence: int = 20_000) -> list[Line]:
    return [Line(FIRST_DAY + timedelta(weeks=week), "Maria Kowalska", pence) for week in range(weeks)]


async def test_a_month_of_wages_is_attributed_without_a_question(desk: Desk) -> None:
    fund = await desk.award()
    await desk.pay_out(fund, 100_000)
    item = await desk.plan("Maria, my assistant", ["Maria Kowalska"], 20_000)

    taken = await desk.take_in(*wages(4))

    assert (taken["new"], taken["attributed"], taken["queries"]) == (4, 4, [])
    assert await desk.balance(fund, Account.FUND_PAID) == 80_000
    assert await desk.balance(fund, Account.FUND_ADVANCED) == 20_000
    spend = (await desk.spends())[0]
    assert [(part["stream"], part["pence"], part["item_id"]) for part in spend["parts"]] == [
        ("adult_social_care", 20_000, str(item))
    ]


async def test_a_statement_taken_in_twice_with_two_changes_makes_two_queries_and_no_duplicates(
    desk: Desk,
) -> None:
    # L26.
    fund = await desk.award(pence=5_000_000)
    await desk.pay_out(fund, 4_000_000)
    await desk.plan("Maria, my assistant", ["Maria Kowalska"], 1_000)
    lines = [Line(FIRST_DAY + timedelta(days=7 * n), "Maria Kowalska", 1_000, reference=f"BR{n:04}") for n in range(40)]
    first = await desk.take_in(*lines)
    changed = [*lines]
    changed[3] = Line(lines[3].on, "Maria Kowalska", 1_050, reference="BR0003")
    changed[7] = Line(lines[7].on + timedelta(days=1), "Maria Kowalska", 1_000, reference="BR0007")

    second, third = await desk.take_in(*changed), await desk.take_in(*changed)

    assert (first["new"], first["queries"]) == (40, [])
    assert (second["new"], second["changed"], second["unchanged"]) == (0, 2, 38)
    assert [query["kind"] for query in second["queries"]] == ["line_changed", "line_changed"]
    assert third["queries"] == []
    assert len(await desk.spends()) == 40
    assert await desk.balance(fund, Account.FUND_PAID) == 40_000


async def test_a_change_that_is_taken_moves_the_money_and_keeps_both_entries(desk: Desk) -> None:
    fund = await desk.award()
    await desk.pay_out(fund, 50_000)
    await desk.plan("Maria, my assistant", ["Maria Kowalska"], 1_000)
    await desk.take_in(Line(FIRST_DAY, "Maria Kowalska", 1_000, reference="BR1"))
    (query,) = (await desk.take_in(Line(FIRST_DAY, "Maria Kowalska", 1_040, reference="BR1")))["queries"]

    await desk.answer(query, "take_the_change")

    assert await desk.balance(fund, Account.FUND_PAID) == 1_040
    (spend,) = await desk.spends()
    assert (spend["pence"], spend["attributed_pence"]) == (1_040, 1_040)
    assert [part["pence"] for part in spend["parts"]] == [1_000, -1_000, 1_040]


async def test_a_change_that_is_not_taken_changes_nothing(desk: Desk) -> None:
    fund = await desk.award()
    await desk.pay_out(fund, 50_000)
    await desk.plan("Maria, my assistant", ["Maria Kowalska"], 1_000)
    await desk.take_in(Line(FIRST_DAY, "Maria Kowalska", 1_000, reference="BR1"))
    (query,) = (await desk.take_in(Line(FIRST_DAY, "Maria Kowalska", 1_040, reference="BR1")))["queries"]

    await desk.answer(query, "keep_as_it_was")

    assert await desk.balance(fund, Account.FUND_PAID) == 1_000
    assert (await desk.spends())[0]["state"] == "attributed"


async def test_a_refund_goes_back_in_the_proportions_attributed(desk: Desk) -> None:
    # L27: 60/40 over two funds.
    asc = await desk.award(pence=6_000)
    ilf = await desk.award(ILF, pence=4_000)
    await desk.pay_out(asc, 6_000)
    await desk.pay_out(ilf, 4_000, stream=ILF)
    await desk.plan("Bed", ["Bed Shop"], 10_000, cadence="one_off")

    await desk.take_in(Line(FIRST_DAY, "Bed Shop", 10_000), Line(FIRST_DAY + timedelta(days=9), "Bed Shop", -1_250))

    assert await desk.balance(asc, Account.FUND_ADVANCED) == 750
    assert await desk.balance(ilf, Account.FUND_ADVANCED) == 500
    _, refund = await desk.spends()
    assert sorted(part["pence"] for part in refund["parts"]) == [-750, -500]


async def test_what_ended_pays_no_more_and_the_rest_is_asked(desk: Desk) -> None:
    # L28.
    ilf = await desk.award(ILF, pence=100_000, ends_on=date(2009, 6, 29))
    asc = await desk.award(pence=4_000)
    await desk.pay_out(ilf, 50_000, stream=ILF)
    await desk.plan("Maria, my assistant", ["Maria Kowalska"], 10_000)

    taken = await desk.take_in(Line(JUNE_30, "Maria Kowalska", 10_000))

    (query,) = taken["queries"]
    assert (query["kind"], query["pence"], query["owner"]) == ("outside_the_award", 6_000, "practitioner")
    assert any("ended on 29 June 2009" in reason for reason in query["reasons"])
    assert await desk.balance(asc, Account.FUND_PAID) == 4_000
    assert await desk.balance(ilf, Account.FUND_PAID) == 0
    (spend,) = await desk.spends()
    assert (spend["pence"], spend["attributed_pence"], spend["state"]) == (10_000, 4_000, "asked")


async def test_what_a_commitment_holds_for_the_item_pays_first_and_nothing_else_may_take_it(desk: Desk) -> None:
    fund = await desk.award(pence=30_000)
    item = await desk.plan("Maria, my assistant", ["Maria Kowalska"], 20_000)
    await desk.plan("Gym", ["City Leisure"], 15_000, use="leisure.activity")
    commitment = uuid4()
    about = About(uuid4(), desk.budget_id, FIRST_DAY, "Agreed", "care.personal", commitment)
    entry = postings.committed(about, [Part(fund, "adult_social_care", 20_000)])
    await desk.ledger.post(Posting(entry, item_id=item))

    taken = await desk.take_in(Line(FIRST_DAY, "City Leisure", 15_000), Line(FIRST_DAY, "Maria Kowalska", 20_000))

    (query,) = taken["queries"]
    assert (query["kind"], query["pence"]) == ("more_than_is_left", 5_000)
    assert await desk.balance(fund, Account.FUND_COMMITTED) == 0
    assert await desk.balance(fund, Account.FUND_PAID) == 30_000


async def test_one_invoice_over_two_funds_shows_its_parts_and_its_whole(desk: Desk) -> None:
    # L16.
    import base64

    atw = await desk.award(ATW, pence=50_000, uses=[Use.WORK_SUPPORT])
    sp = await desk.award(SP, pence=50_000, uses=[Use.HOUSING_SUPPORT])
    await desk.plan("Job coach", ["Open Doors"], 20_000, use="work.support", references=["job coach"])
    await desk.plan("Tenancy", ["Open Doors"], 10_000, use="housing.support", references=["tenancy"])
    rows = [
        "provider,invoice,person_ref,item,from,to,sum",
        "Open Doors,17,P1,Job coach,2009-06-01,2009-06-07,200.00",
        "Open Doors,17,P1,Tenancy,2009-06-01,2009-06-07,100.00",
    ]
    content = base64.b64encode("\r\n".join(rows).encode()).decode()
    body = {"format": "invoices.csv", "content": content, "person_ref": "P1"}

    answer = await desk.ask("POST", f"{desk.home}/spending-files", body)
    again = await desk.ask("POST", f"{desk.home}/spending-files", body)

    assert answer.json()["queries"] == []
    assert (again.json()["new"], again.json()["unchanged"]) == (0, 2)
    assert await desk.balance(atw, Account.FUND_PAID) == 20_000
    assert await desk.balance(sp, Account.FUND_PAID) == 10_000
    for stream, part in (("access_to_work", 20_000), ("supporting_people", 10_000)):
        told = await desk.get(f"/v1/returns/{stream}", first="2009-06-01", last="2009-06-30")
        (cost,) = told["lines"][0]["costs"]
        assert (cost["pence"], cost["whole_pence"], cost["document"]) == (part, 30_000, "Open Doors 17")
        assert told["reconciles"] is True


async def test_the_person_says_what_a_strange_payment_was_for(desk: Desk) -> None:
    fund = await desk.award()
    await desk.pay_out(fund, 50_000)
    item = await desk.plan("Gym", ["City Leisure"], 2_500, use="leisure.activity", cadence="monthly")
    (query,) = (await desk.take_in(Line(FIRST_DAY, "SUMUP 0042", 2_500)))["queries"]
    assert (query["kind"], query["owner"]) == ("no_item", "budget_holder")

    asked = await desk.ask(
        "POST",
        f"{desk.home}/queries/{query['query_id']}/answer",
        {"answer": "attribute", "on": "2009-07-15", "shares": [{"item_id": str(item), "pence": 2_500}]},
        role=Role.BUDGET_HOLDER,
        person_id=desk.person,
    )

    (answered,) = asked.json()["queries"]
    assert answered["answer"] == "attribute"
    assert await desk.balance(fund, Account.FUND_PAID) == 2_500


async def test_one_payment_for_two_things_is_shared_by_an_answer(desk: Desk) -> None:
    fund = await desk.award()
    await desk.pay_out(fund, 50_000)
    gym = await desk.plan("Gym", ["City Leisure"], 2_500, use="leisure.activity")
    care = await desk.plan("Maria", ["Maria Kowalska"], 9_900)
    (query,) = (await desk.take_in(Line(FIRST_DAY, "Supermarket", 5_000)))["queries"]

    shares = [{"item_id": str(gym), "pence": 1_000}, {"item_id": str(care), "pence": 3_000}]
    await desk.answer(query, "attribute", shares=shares)

    (spend,) = await desk.spends()
    assert Counter({part["item_id"]: part["pence"] for part in spend["parts"]}) == {str(gym): 1_000, str(care): 3_000}
    assert (spend["attributed_pence"], spend["state"]) == (4_000, "attributed")


async def test_what_was_the_persons_own_money_moves_none_of_the_funds(desk: Desk) -> None:
    fund = await desk.award()
    await desk.pay_out(fund, 50_000)
    (query,) = (await desk.take_in(Line(FIRST_DAY, "Bookmaker", 2_500)))["queries"]

    await desk.answer(query, "personal_money", reason="As agreed with the person.")

    assert await desk.balance(fund, Account.FUND_PAID) == 0
    assert await desk.balance(fund, Account.FUND_ADVANCED) == 50_000
    assert (await desk.spends())[0]["state"] == "set_aside"


async def test_an_answer_that_still_does_not_fit_asks_again(desk: Desk) -> None:
    fund = await desk.award(uses=[Use.CARE_PERSONAL])
    await desk.pay_out(fund, 50_000)
    gym = await desk.plan("Gym", ["City Leisure"], 2_500, use="leisure.activity")
    (query,) = (await desk.take_in(Line(FIRST_DAY, "SUMUP 0042", 2_500)))["queries"]

    told = await desk.answer(query, "attribute", shares=[{"item_id": str(gym), "pence": 2_500}])

    assert [one["kind"] for one in told] == ["no_item", "use_not_permitted"]
    assert told[1]["query_id"] != query["query_id"]


async def test_the_partner_is_not_paid_by_social_care_without_a_recorded_necessity(desk: Desk) -> None:
    bar = {
        "relations": ["spouse_or_partner"],
        "only_in_same_household": False,
        "unless": "necessity",
        "text": "A partner is not paid unless that is necessary.",
        "citation": "SI 2009/1887",
    }
    fund = await desk.award(others={"payee_bars": (bar,)})
    await desk.pay_out(fund, 50_000)
    await desk.plan("Tom", ["Tom Kowalski"], 5_000, relation="spouse_or_partner")
    await desk.plan("Tim", ["Tim Barrow"], 5_000, relation="spouse_or_partner", recorded_decisions=["necessity"])

    taken = await desk.take_in(Line(FIRST_DAY, "Tom Kowalski", 5_000), Line(FIRST_DAY, "Tim Barrow", 5_000))

    (query,) = taken["queries"]
    assert (query["kind"], query["pence"]) == ("payee_barred", 5_000)
    assert any("A partner is not paid" in reason for reason in query["reasons"])
    assert await desk.balance(fund, Account.FUND_PAID) == 5_000


async def test_the_same_payment_on_card_feed_and_statement_is_asked_about_once(desk: Desk) -> None:
    fund = await desk.award()
    await desk.pay_out(fund, 50_000)
    await desk.plan("Maria, my assistant", ["Maria Kowalska"], 20_000)
    await desk.take_in(Line(FIRST_DAY, "Maria Kowalska", 20_000), account="card 1", is_card=True)

    (query,) = (await desk.take_in(Line(FIRST_DAY + timedelta(days=1), "Maria Kowalska", 20_000)))["queries"]
    await desk.answer(query, "same_payment")

    assert query["kind"] == "maybe_told_twice"
    assert await desk.balance(fund, Account.FUND_PAID) == 20_000


async def test_a_late_line_keeps_its_day_and_the_day_it_was_recorded(desk: Desk) -> None:
    # L10 through a file: the spend is of June, and nobody knew it before now.
    fund = await desk.award()
    await desk.pay_out(fund, 50_000)
    await desk.plan("Maria, my assistant", ["Maria Kowalska"], 20_000)
    before = await desk.get(f"{desk.home}/standing", on="2009-06-30")
    at_that_time = (await desk.get("/v1/trial-balance", for_date="2009-06-30"))["known_at"].replace("+", "%2B")

    await desk.take_in(*wages(1))

    now = await desk.get(f"{desk.home}/standing", on="2009-06-30")
    then = await desk.get(f"{desk.home}/standing", on="2009-06-30", known_at=at_that_time)
    assert (before["spent_pence"], now["spent_pence"], then["spent_pence"]) == (0, 20_000, 0)
    assert (await desk.spends())[0]["value_date"] == "2009-06-01"


async def test_money_from_the_council_is_no_question(desk: Desk) -> None:
    await desk.award()

    taken = await desk.take_in(Line(FIRST_DAY, "County Council", -80_000))

    assert taken["queries"] == []
    assert (await desk.spends())[0]["state"] == "paid_in"


async def test_a_closed_period_is_asked_of_a_finance_officer(desk: Desk, ledger: LedgerUnderTest) -> None:
    from services.ledger import journal_store

    fund = await desk.award()
    await desk.pay_out(fund, 50_000)
    await desk.plan("Maria, my assistant", ["Maria Kowalska"], 20_000)
    async with ledger.runtime.units.for_council(ledger.council) as work:
        await journal_store.lock_period(work, JUNE_30, by="somebody", reason="Year end")
        await work.commit()

    (query,) = (await desk.take_in(*wages(1)))["queries"]

    assert (query["kind"], query["owner"], query["pence"]) == ("period_closed", "finance_officer", 20_000)
    assert await desk.balance(fund, Account.FUND_PAID) == 0


async def test_a_file_that_breaks_off_leaves_nothing(desk: Desk) -> None:
    await desk.award()
    body = desk.file(Line(FIRST_DAY, "Maria Kowalska", 20_000), Line(FIRST_DAY, "Gym", 1_000))
    import base64

    cut = base64.b64decode(body["content"]).replace(b"-10.00", b"-10.0x")
    answer = await desk.ask("POST", f"{desk.home}/spending-files", {**body, "content": base64.b64encode(cut).decode()})

    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[1]) == (422, "file-refused")
    assert await desk.spends() == []


async def test_an_account_of_somebody_else_is_refused(desk: Desk) -> None:
    await desk.award()
    await desk.take_in(*wages(1))
    desk.person = uuid4()
    await desk.award()

    answer = await desk.ask("POST", f"{desk.home}/spending-files", desk.file(*wages(1)))

    assert answer.json()["type"].rsplit("/", 1)[1] == "account-of-another"


async def test_a_holder_sees_their_own_spending_and_nobody_else_s(desk: Desk) -> None:
    await desk.award()
    await desk.take_in(*wages(1))

    own = await desk.ask("GET", f"{desk.home}/spends", role=Role.BUDGET_HOLDER, person_id=desk.person)
    other = await desk.ask("GET", f"{desk.home}/spends", role=Role.BUDGET_HOLDER, person_id=uuid4())
    everybody = await desk.ask("GET", "/v1/spending-queries", role=Role.BUDGET_HOLDER, person_id=desk.person)

    assert (own.status_code, other.status_code, everybody.status_code) == (200, 404, 403)


async def test_long_lists_are_read_page_by_page(desk: Desk) -> None:
    await desk.award()
    await desk.take_in(*(Line(FIRST_DAY + timedelta(days=n % 3), f"Shop {n}", 100 + n) for n in range(7)))

    seen: list[UUID] = []
    after = None
    while True:
        page = await desk.get(f"{desk.home}/queries", most=3, **({"after": after} if after else {}))
        seen += [query["query_id"] for query in page["queries"]]
        if (after := page["next"]) is None:
            break

    assert len(seen) == len(set(seen)) == 7
    refused = await desk.ask("GET", f"{desk.home}/queries?after=nonsense")
    assert refused.status_code == 422


async def test_saying_an_item_again_keeps_one_version(desk: Desk) -> None:
    await desk.award()
    item = await desk.plan("Gym", ["City Leisure"], 2_500)
    (stored,) = (await desk.get(f"{desk.home}/items"))["items"]
    body = {name: value for name, value in stored.items() if name not in ("item_id", "version")}

    same = await desk.ask("PUT", f"{desk.home}/items/{item}", body, role=Role.PRACTITIONER)
    dearer = await desk.ask("PUT", f"{desk.home}/items/{item}", {**body, "pence": 2_600}, role=Role.PRACTITIONER)

    assert (same.json()["version"], dearer.json()["version"]) == (1, 2)


async def test_every_question_of_the_council_says_whose_spending_it_is_about(desk: Desk) -> None:
    people = [uuid4(), uuid4()]
    for number, desk.person in enumerate(people):
        fund = await desk.award()
        await desk.pay_out(fund, 50_000)
        await desk.take_in(Line(FIRST_DAY, "SUMUP 0042", 2_500), account=f"1234561234567{number}")

    told = await desk.get("/v1/spending-queries")

    assert {query["person_id"] for query in told["queries"]} == {str(person) for person in people}
