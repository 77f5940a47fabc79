"""Payments follow the plan: what it says is paid to where its money is held, once, whatever is heard in which order."""

from datetime import date, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest

from braid.contracts.award import AwardStatus, Cadence
from braid.contracts.plan import HoldingChanged, PlanApproved
from braid.kit.identity import Role
from tests.ledger.beside_others import MOST
from tests.ledger.builders import Stream
from tests.ledger.payments.payments_under_test import FOUR_WEEKLY, PaymentsUnderTest
from tests.ledger.payments.plans import AGENCY, COUNCIL, MINE, TRUST, PlansOf, a_holding, an_item

FIRST, SECOND, THIRD = "2009-06-01", "2009-06-29", "2009-07-27"


@pytest.fixture
async def plans(payments: PaymentsUnderTest) -> PlansOf:
    """A person with an award of ten thousand pounds over fifty-two weeks, and no plan yet."""
    plans = PlansOf(payments, uuid4())
    await payments.a_fund(plans.person)
    return plans


async def the_trust(payments: PaymentsUnderTest, plans: PlansOf) -> UUID:
    return await a_third_party(payments, plans, "trust-7", "66374958")


async def a_third_party(payments: PaymentsUnderTest, plans: PlansOf, reference: str, account_number: str) -> UUID:
    given = {"kind": "third_party", "sort_code": "200000", "account_number": account_number, "name": "A Holder"}
    payee = await payments.post(f"/people/{plans.person}/payees", {**given, "holder_reference": reference}, by="writer")
    await payments.confirm(payee["payee_id"], 1)
    return UUID(payee["payee_id"])


async def test_an_approved_plan_is_paid_in_the_turns_of_its_award(payments: PaymentsUnderTest, plans: PlansOf) -> None:
    mine = await payments.a_payee(plans.person)

    await plans.hear(plans.a_plan(an_item(10_000), an_item(2_500, label="Transport")))

    due = await plans.due(mine)
    assert due[:2] == [(FIRST, 50_000, "open"), (SECOND, 50_000, "open")]
    assert (len(due), sum(pence for _, pence, _ in due)) == (13, 52 * 12_500)
    assert await plans.missing() == {}
    run = await payments.paid()
    assert run["pence"] == {"settled": 50_000}
    (told, *_) = (await payments.get(f"/people/{plans.person}/payments"))["payments"]
    assert told["working"] == [
        "Personal care: £400.00 for 4 days on which it is due",
        "Transport: £100.00 for 4 days on which it is due",
    ]


@pytest.mark.parametrize(
    ("cadence", "due_on"), [(Cadence.FOUR_WEEKLY_IN_ADVANCE, "2009-06-01"), (Cadence.FOUR_WEEKLY, "2009-06-29")]
)
async def test_each_award_pays_when_it_says(payments: PaymentsUnderTest, cadence: Cadence, due_on: str) -> None:
    plans = PlansOf(payments, uuid4())
    await payments.a_fund(plans.person, others={"cadence": cadence})
    await payments.a_payee(plans.person)

    await plans.hear(plans.a_plan(an_item()))

    assert (await plans.due())[0] == (due_on, 40_000, "open")


async def choose(payments: PaymentsUnderTest, turns_a_year: int) -> None:
    body = {"figure": turns_a_year, "reason": "As our pay runs are."}
    answer = await payments.ask("PUT", "/ledger-settings/payments.turns_a_year", body)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("turns_a_year", "first", "count"),
    [
        (52, [("2009-06-01", 1_000), ("2009-06-08", 1_000), ("2009-06-15", 1_000)], 52),
        (13, [("2009-06-01", 4_000), ("2009-06-29", 4_000), ("2009-07-27", 4_000)], 13),
        (12, [("2009-06-01", 5_000), ("2009-07-01", 4_000), ("2009-07-31", 5_000)], 12),
    ],
)
async def test_a_council_pays_each_week_every_four_weeks_or_each_month(
    payments: PaymentsUnderTest, plans: PlansOf, turns_a_year: int, first: list[tuple[str, int]], count: int
) -> None:
    """Ten pounds are due each Monday; what falls on a weekend is paid on the working day before."""
    await choose(payments, turns_a_year)
    mine = await payments.a_payee(plans.person)

    await plans.hear(plans.a_plan(an_item(1_000)))

    due = await plans.due(mine)
    assert [(on, pence) for on, pence, _ in due[:3]] == first
    assert (len(due), sum(pence for _, pence, _ in due)) == (count, 52 * 1_000)
    assert (await payments.paid())["pence"] == {"settled": first[0][1]}


async def test_another_choice_counts_for_schedules_that_open_after_it(
    payments: PaymentsUnderTest, plans: PlansOf
) -> None:
    await payments.a_payee(plans.person)
    await plans.hear(plans.a_plan(an_item(1_000)))
    await payments.paid()

    await choose(payments, 52)
    await plans.hear(plans.a_plan(an_item(2_000), approved_on=date(2009, 6, 8), effective_from=date(2009, 6, 29)))
    other = PlansOf(payments, uuid4())
    await payments.a_fund(other.person)
    await payments.a_payee(other.person)
    await other.hear(other.a_plan(an_item(2_000)))

    assert [(on, pence) for on, pence, _ in (await plans.due())[:2]] == [(FIRST, 4_000), (SECOND, 8_000)]
    assert [(on, pence) for on, pence, _ in (await other.due())[:2]] == [(FIRST, 2_000), ("2009-06-08", 2_000)]


async def test_what_its_funder_pays_after_its_weeks_is_paid_so_whatever_a_council_chose(
    payments: PaymentsUnderTest,
) -> None:
    plans = PlansOf(payments, uuid4())
    await choose(payments, 52)
    await payments.a_fund(plans.person, others={"cadence": Cadence.FOUR_WEEKLY})
    await payments.a_payee(plans.person)

    await plans.hear(plans.a_plan(an_item()))

    assert (await plans.due())[0] == (SECOND, 40_000, "open")


async def test_a_number_of_turns_that_no_cycle_has_is_refused(payments: PaymentsUnderTest) -> None:
    answer = await payments.ask(
        "PUT", "/ledger-settings/payments.turns_a_year", {"figure": 26, "reason": "Each fortnight."}
    )

    assert (answer.status_code, answer.json()["detail"]) == (422, "payments.turns_a_year is one of 12, 13, 52, not 26")


@pytest.mark.parametrize("cadence", [Cadence.ARREARS_ON_RECEIPTS, Cadence.ON_COMPLETION])
async def test_what_is_paid_on_receipts_or_certificates_has_no_schedule(
    payments: PaymentsUnderTest, cadence: Cadence
) -> None:
    plans = PlansOf(payments, uuid4())
    await payments.a_fund(plans.person, others={"cadence": cadence})
    await payments.a_payee(plans.person)

    await plans.hear(plans.a_plan(an_item()))

    assert (await plans.schedules(), await plans.missing()) == ([], {})


async def test_money_that_the_council_manages_opens_no_payment_to_anybody(
    payments: PaymentsUnderTest, plans: PlansOf
) -> None:
    await payments.a_payee(plans.person)

    await plans.hear(plans.a_plan(an_item(held=COUNCIL), holdings=[a_holding(COUNCIL)]))

    assert (await plans.schedules(), await plans.due(), await plans.missing()) == ([], [], {})


async def test_parts_of_one_item_go_to_whoever_holds_each(payments: PaymentsUnderTest, plans: PlansOf) -> None:
    mine = await payments.a_payee(plans.person)
    agency = await a_third_party(payments, plans, "agency-1", "66374958")
    item = an_item(901, {MINE: 451, AGENCY: 300, COUNCIL: 150})

    await plans.hear(plans.a_plan(item, holdings=[a_holding(MINE), a_holding(AGENCY), a_holding(COUNCIL)]))

    assert (await plans.due(mine))[0] == (FIRST, 4 * 451, "open")
    assert (await plans.due(agency))[0] == (FIRST, 4 * 300, "open")
    assert len(await plans.schedules()) == 2


async def test_without_an_account_the_lack_is_told_until_there_is_one_and_then_it_is_paid(
    payments: PaymentsUnderTest, plans: PlansOf
) -> None:
    await plans.hear(plans.a_plan(an_item()))
    nothing, without = await plans.schedules(), await plans.missing()

    payee = await payments.a_payee(plans.person, confirmed=False)
    written_down = await plans.missing()
    run = await payments.checked()
    await payments.confirm(payee, 1)

    assert (nothing, set(without)) == ([], {"account_missing"})
    assert without["account_missing"].startswith("There is no account to pay into for a direct payment")
    assert (set(written_down), run["items"]) == ({"account_not_confirmed"}, {"held": 1})
    assert await plans.missing() == {}
    assert (await payments.post(f"/payment-runs/{run['run_id']}/check"))["items"] == {"going": 1}


async def test_what_is_not_signed_holds_the_opening_back_and_says_what_is_missing(
    payments: PaymentsUnderTest, plans: PlansOf
) -> None:
    mine = await payments.a_payee(plans.person)
    plan = plans.a_plan(an_item(), holdings=[a_holding(MINE, is_ready=False)])
    await plans.hear(plan)
    nothing, waiting = await plans.due(), await plans.missing()

    await plans.hear(plans.a_change(plan, {}, a_holding(MINE)))

    assert nothing == []
    assert waiting == {
        "agreements_missing": "Still to sign for a direct payment from 1 June 2009 on: agreement."
        " Nothing is paid so before that."
    }
    assert (await plans.due(mine))[0] == (FIRST, 40_000, "open")
    assert await plans.missing() == {}


async def test_another_way_begins_on_its_day_and_what_is_paid_stays_where_it_went(
    payments: PaymentsUnderTest, plans: PlansOf
) -> None:
    mine, trust = await payments.a_payee(plans.person), await the_trust(payments, plans)
    item = an_item()
    plan = plans.a_plan(item, holdings=[a_holding(MINE), a_holding(TRUST)])
    await plans.hear(plan)
    await payments.paid()

    whole = {item["item_id"]: {TRUST: 10_000}}
    change = plans.a_change(plan, whole, a_holding(MINE), a_holding(TRUST), effective_from=date(2009, 6, 15))
    await plans.hear(change)

    assert await plans.due(mine) == [(FIRST, 40_000, "settled")], "four weeks are paid, the last two for later days"
    assert (await plans.due(trust))[:2] == [(SECOND, 40_000, "open"), (THIRD, 40_000, "open")]
    assert sum(pence for _, pence, _ in await plans.due()) == 52 * 10_000
    assert {one["recoverable_pence"] for one in await plans.schedules()} == {0}


async def test_a_way_that_changes_in_the_middle_of_a_turn_splits_it_by_its_days(
    payments: PaymentsUnderTest, plans: PlansOf
) -> None:
    mine, trust = await payments.a_payee(plans.person), await the_trust(payments, plans)
    item = an_item()
    plan = plans.a_plan(item, holdings=[a_holding(MINE), a_holding(TRUST)])
    there, back = date(2009, 6, 15), date(2009, 7, 6)

    await plans.hear(
        plan,
        plans.a_change(
            plan, {item["item_id"]: {TRUST: 10_000}}, a_holding(MINE), a_holding(TRUST), effective_from=there
        ),
        plans.a_change(plan, {}, a_holding(MINE), a_holding(TRUST), effective_from=back),
    )

    assert (await plans.due(mine))[:2] == [(FIRST, 20_000, "open"), (SECOND, 30_000, "open")]
    assert await plans.due(trust) == [("2009-06-15", 20_000, "open"), (SECOND, 10_000, "open")]


async def test_what_is_heard_twice_or_in_another_order_opens_nothing_more(payments: PaymentsUnderTest) -> None:
    outcomes = set()
    for order in permutations(range(3)):
        plans = PlansOf(payments, uuid4())
        await payments.a_fund(plans.person)
        await payments.a_payee(plans.person)
        await the_trust(payments, plans)
        item = an_item()
        plan = plans.a_plan(item, holdings=[a_holding(MINE, is_ready=False)])
        ways = a_holding(MINE), a_holding(TRUST)
        changes = [
            plans.a_change(plan, {}, *ways),
            plans.a_change(plan, {item["item_id"]: {TRUST: 10_000}}, *ways, effective_from=date(2009, 6, 29)),
        ]
        told: list[PlanApproved | HoldingChanged] = [plan, *changes]

        await plans.hear(*(told[at] for at in order))
        once = await plans.schedules()
        await plans.hear(*told)

        assert await plans.schedules() == once, "no version more"
        outcomes.add(tuple(await plans.due()))

    (due,) = outcomes
    assert due[:2] == ((FIRST, 40_000, "open"), (SECOND, 40_000, "open"))
    assert len(due) == 13


async def test_a_change_of_a_plan_that_was_never_heard_of_is_told_until_it_is(
    payments: PaymentsUnderTest, plans: PlansOf
) -> None:
    await payments.a_payee(plans.person)
    plan = plans.a_plan(an_item())
    await plans.hear(plans.a_change(plan, {}, a_holding(MINE)))
    unheard = await plans.missing()

    await plans.hear(plan)

    assert (set(unheard), await plans.missing()) == ({"plan_missing"}, {})
    assert len(await plans.due()) == 13


async def test_repeats_after_some_was_paid_change_nothing(payments: PaymentsUnderTest) -> None:
    plans = PlansOf(payments, uuid4())
    await payments.a_fund(plans.person, amount_pence=300_001, contribution_pence=77_777)
    await payments.a_fund(plans.person, stream=Stream.SUPPORTING_PEOPLE, amount_pence=99_999)
    await payments.a_payee(plans.person)
    plan = plans.a_plan(an_item(5_003), an_item(1_999, label="Transport"))
    await plans.hear(plan)
    await payments.paid()
    before = await plans.schedules()

    await plans.hear(plan)
    await payments.paid("2009-06-29", pay_on="2009-06-29")
    await plans.hear(plan)

    assert await plans.schedules() == before


async def test_the_money_carries_on_while_another_way_waits_for_what_is_to_be_signed(
    payments: PaymentsUnderTest, plans: PlansOf
) -> None:
    mine = await payments.a_payee(plans.person)
    item = an_item()
    plan = plans.a_plan(item, holdings=[a_holding(MINE)])
    await plans.hear(plan)
    before = await plans.due(mine)

    whole = {item["item_id"]: {TRUST: 10_000}}
    unsigned = a_holding(TRUST, is_ready=False, lacks=["trust_deed"])
    await plans.hear(plans.a_change(plan, whole, a_holding(MINE), unsigned, effective_from=date(2009, 7, 27)))

    assert await plans.due(mine) == before
    assert (await plans.missing())["agreements_missing"] == (
        "Still to sign for a trust (trust-7) from 27 July 2009 on: trust deed. The money goes on as it was held before."
    )


async def test_a_new_plan_takes_over_on_its_day_and_the_old_one_pays_until_then(
    payments: PaymentsUnderTest, plans: PlansOf
) -> None:
    mine = await payments.a_payee(plans.person)
    item, takes_over = an_item(), date(2009, 7, 13)
    await plans.hear(plans.a_plan(item))

    more = {**item, "pence": 15_000, "held": [{"holding_id": MINE, "pence": 15_000}]}
    unsigned = [a_holding(MINE, is_ready=False)]
    later = plans.a_plan(more, holdings=unsigned, approved_on=date(2009, 7, 1), effective_from=takes_over)
    await plans.hear(later)

    assert (await plans.due(mine))[:3] == [
        (FIRST, 40_000, "open"),
        (SECOND, 2 * 10_000 + 2 * 15_000, "open"),
        (THIRD, 60_000, "open"),
    ], "what was signed for the plan before is signed"


async def test_a_plan_that_costs_less_for_days_that_are_paid_leaves_it_for_decision(
    payments: PaymentsUnderTest, plans: PlansOf
) -> None:
    mine = await payments.a_payee(plans.person)
    item = an_item()
    await plans.hear(plans.a_plan(item))
    await payments.paid()

    less = {**item, "pence": 6_000, "held": [{"holding_id": MINE, "pence": 6_000}]}
    await plans.hear(plans.a_plan(less, approved_on=date(2009, 6, 10), effective_from=date(2009, 6, 15)))

    (schedule,) = await plans.schedules()
    assert schedule["recoverable_pence"] == 2 * 4_000
    assert (await plans.due(mine))[:2] == [(FIRST, 40_000, "settled"), (SECOND, 24_000, "open")]


async def test_an_indicative_award_pays_once_it_is_confirmed(payments: PaymentsUnderTest) -> None:
    plans = PlansOf(payments, uuid4())
    ledger = payments.ledger
    award = {"amount_pence": 1_040_000}
    await ledger.take(ledger.an_award_decided(plans.person, status=AwardStatus.INDICATIVE, **award))
    await payments.a_payee(plans.person)
    await plans.hear(plans.a_plan(an_item()))
    nothing, missing = await plans.due(), await plans.missing()

    await ledger.take(ledger.an_award_decided(plans.person, version=2, **award))

    assert nothing == []
    assert missing == {"money_missing": "No confirmed money pays £5,200.00 of what the approved plan costs."}
    assert ((await plans.due())[0], await plans.missing()) == ((FIRST, 40_000, "open"), {})


async def test_an_award_that_is_taken_back_ends_what_is_not_paid(payments: PaymentsUnderTest, plans: PlansOf) -> None:
    await payments.a_payee(plans.person)
    await plans.hear(plans.a_plan(an_item()))
    await payments.paid()

    ledger = payments.ledger
    await ledger.take(ledger.an_award_decided(plans.person, version=2, amount_pence=160_000, ends_on=date(2009, 7, 26)))

    assert await plans.due() == [(FIRST, 40_000, "settled"), (SECOND, 40_000, "open")]
    assert set(await plans.missing()) == {"money_missing"}


async def test_the_contribution_is_kept_in_proportion_to_the_penny(payments: PaymentsUnderTest) -> None:
    plans = PlansOf(payments, uuid4())
    await payments.a_fund(plans.person, amount_pence=520_000, contribution_pence=100_001)
    mine = await payments.a_payee(plans.person)

    await plans.hear(plans.a_plan(an_item(10_000)))

    assert sum(pence for _, pence, _ in await plans.due(mine)) == 520_000 - 100_001


async def test_several_awards_each_pay_their_part_by_the_use_they_permit(payments: PaymentsUnderTest) -> None:
    plans = PlansOf(payments, uuid4())
    await payments.a_fund(plans.person, amount_pence=300_000)
    await payments.a_fund(plans.person, stream=Stream.INDEPENDENT_LIVING_FUND, amount_pence=220_000)
    mine = await payments.a_payee(plans.person)

    await plans.hear(plans.a_plan(an_item(10_000)))

    by_stream = {one["stream"] for one in await plans.schedules()}
    assert by_stream == {Stream.ADULT_SOCIAL_CARE, Stream.INDEPENDENT_LIVING_FUND}
    assert sum(pence for _, pence, _ in await plans.due(mine)) == 520_000


async def test_awards_pay_no_more_together_than_their_joint_limit_leaves_before_and_after_some_is_paid(
    payments: PaymentsUnderTest,
) -> None:
    plans = PlansOf(payments, uuid4())
    await payments.a_fund(plans.person, amount_pence=52 * 50_000)
    await payments.a_fund(plans.person, stream=Stream.INDEPENDENT_LIVING_FUND, amount_pence=52 * 45_500, others=MOST)
    mine = await payments.a_payee(plans.person)

    await plans.hear(plans.a_plan(an_item(90_000)))
    before = await plans.due(mine)
    await payments.paid()
    await plans.hear(plans.a_plan(an_item(90_000), approved_on=date(2009, 6, 20), effective_from=date(2009, 6, 29)))
    after = await plans.due(mine)

    assert {sum(pence for _, pence, _ in due) for due in (before, after)} == {52 * 78_500}
    assert set(await plans.missing()) == {"money_missing"}


async def test_a_fund_is_never_paid_out_by_hand_and_by_the_plan_for_one_day(
    payments: PaymentsUnderTest, plans: PlansOf
) -> None:
    payee = await payments.a_payee(plans.person)
    (fund,) = [UUID(one["fund_id"]) for one in (await payments.get(f"/people/{plans.person}/budget"))["funds"]]
    by_hand = await payments.a_schedule(plans.person, fund, payee)
    await plans.hear(plans.a_plan(an_item()))
    left = await plans.missing()

    ends = {**FOUR_WEEKLY, "ends_on": "2009-06-28"}
    await payments.post(
        f"/payment-schedules/{by_hand['schedule_id']}/versions",
        {"payee_id": str(payee), "terms": ends, "reason": "The plan pays from here"},
    )

    assert left["paid_by_hand"].startswith("£5,200.00 of the plan are left to a schedule of")
    assert (await plans.due())[:2] == [(FIRST, 80_000, "open"), (SECOND, 40_000, "open")]
    schedule = {
        "name": "another",
        "fund_id": str(fund),
        "payee_id": str(payee),
        "reference": "CARE BUDGET",
        "reason": "By hand",
        "terms": FOUR_WEEKLY,
    }
    refused = await payments.refused(f"/people/{plans.person}/payment-schedules", schedule)
    assert refused[:2] == (409, "paid-by-the-plan")
    follows = next(one for one in await plans.schedules() if one["schedule_id"] != by_hand["schedule_id"])
    changed = {"payee_id": str(payee), "terms": FOUR_WEEKLY, "reason": "By hand"}
    refused = await payments.refused(f"/payment-schedules/{follows['schedule_id']}/versions", changed)
    assert refused[:2] == (409, "follows-the-plan")


async def test_what_is_needed_once_is_paid_in_the_turn_of_its_day(payments: PaymentsUnderTest, plans: PlansOf) -> None:
    await payments.a_payee(plans.person)
    once = an_item(30_000, cadence="one_off", starts_on="2009-07-01", ends_on="2009-09-30")

    await plans.hear(plans.a_plan(once))

    assert await plans.due() == [("2009-07-01", 30_000, "open")]


async def test_what_is_used_as_needs_come_and_go_is_paid_over_its_days(
    payments: PaymentsUnderTest, plans: PlansOf
) -> None:
    await payments.a_payee(plans.person)
    good_and_bad_days = an_item(663_001, cadence="one_off", is_used_over_its_days=True)

    await plans.hear(plans.a_plan(good_and_bad_days))

    due = await plans.due()
    assert (len(due), sum(pence for _, pence, _ in due)) == (13, 663_001)
    assert max(pence for _, pence, _ in due) - min(pence for _, pence, _ in due) <= 4


async def test_the_council_sees_what_is_missing_for_everybody_and_others_see_only_their_own(
    payments: PaymentsUnderTest, plans: PlansOf
) -> None:
    await plans.hear(plans.a_plan(an_item()))

    (listed,) = (await payments.get("/payment-matters"))["matters"]
    own = await payments.get(f"/people/{plans.person}/payment-matters", role=Role.BUDGET_HOLDER, person_id=plans.person)
    other = await payments.ask(
        "GET", f"/people/{plans.person}/payment-matters", role=Role.BUDGET_HOLDER, person_id=uuid4()
    )

    assert (listed["person_id"], listed["code"]) == (str(plans.person), "account_missing")
    assert own["matters"] == [listed]
    assert other.status_code == 404


async def test_money_of_a_third_party_is_paid_to_the_one_that_the_plan_names_and_to_no_other(
    payments: PaymentsUnderTest, plans: PlansOf
) -> None:
    await a_third_party(payments, plans, "somebody-else", "55779911")

    await plans.hear(plans.a_plan(an_item(held=TRUST), holdings=[a_holding(TRUST)]))

    assert await plans.due() == []
    assert "write down an account for trust-7 as a third party" in (await plans.missing())["account_missing"]
    trust = await the_trust(payments, plans)
    assert len(await plans.due(trust)) == 13


async def test_a_plan_that_begins_within_a_turn_is_paid_from_its_own_day(
    payments: PaymentsUnderTest, plans: PlansOf
) -> None:
    await payments.a_payee(plans.person)
    begins = date(2009, 6, 1) + timedelta(days=14)

    await plans.hear(plans.a_plan(an_item(), effective_from=begins))

    assert (await plans.due())[:2] == [("2009-06-15", 20_000, "open"), (SECOND, 40_000, "open")]


async def hold(payments: PaymentsUnderTest, plans: PlansOf, item: dict[str, Any]) -> dict[str, Any]:
    """Hold money by hand for an item that its plan may have or not."""
    told = {name: item[name] for name in ("item_id", "use", "pence", "cadence", "starts_on", "ends_on")}
    body = {"item": {**told, "text": item["label"], "relation": "not_related"}}
    held: dict[str, Any] = await payments.post(f"/people/{plans.person}/budget/commitments", body)
    return held


async def test_money_that_was_held_by_hand_is_let_go_of_when_a_schedule_pays_the_item(
    payments: PaymentsUnderTest,
) -> None:
    plans = PlansOf(payments, uuid4())
    fund, mine = await payments.a_fund(plans.person, amount_pence=520_000), await payments.a_payee(plans.person)
    item = an_item(10_000)
    held = await hold(payments, plans, item)
    assert held["held_pence"] == (await payments.balances(fund))["fund.committed"] * -1 == 520_000

    await plans.hear(plans.a_plan(item))

    assert "fund.committed" not in await payments.balances(fund)
    assert (await plans.due(mine))[0] == (FIRST, 40_000, "open")
    assert (await payments.paid())["pence"] == {"settled": 40_000}


async def test_what_no_schedule_pays_of_an_item_stays_held(payments: PaymentsUnderTest) -> None:
    plans = PlansOf(payments, uuid4())
    fund, _ = await payments.a_fund(plans.person, amount_pence=520_000), await payments.a_payee(plans.person)
    item = an_item(10_000, {MINE: 6_000, COUNCIL: 4_000})
    await hold(payments, plans, item)

    await plans.hear(plans.a_plan(item, holdings=[a_holding(MINE), a_holding(COUNCIL)]))

    assert (await payments.balances(fund))["fund.committed"] == -52 * 4_000


async def test_what_a_schedule_pays_is_not_held_by_hand_as_well(payments: PaymentsUnderTest, plans: PlansOf) -> None:
    await payments.a_payee(plans.person)
    paid, bought = an_item(10_000), an_item(2_500, held=COUNCIL)
    await plans.hear(plans.a_plan(paid, bought, holdings=[a_holding(MINE), a_holding(COUNCIL)]))
    path = f"/people/{plans.person}/budget/commitments"

    refused = await payments.refused(path, {"item_id": paid["item_id"]})
    held = await payments.post(path, {"item_id": bought["item_id"]})

    assert refused[:2] == (409, "paid-by-schedule")
    assert held["held_pence"] == 52 * 2_500
