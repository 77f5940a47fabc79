"""What other services tell of a person comes to the same, in whichever order it is heard, and however often."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from braid.contracts.budget import DeathRecorded
from braid.contracts.event import Event
from braid.contracts.payment import PaymentRejected, PaymentRunApproved, PaymentSettled
from services.outcomes import council_records, told_store
from services.outcomes.domain.awards_in_force import Days
from services.outcomes.domain.council_reports.records import Journey
from services.outcomes.domain.told import Told
from tests.outcomes.desk import Desk
from tests.outcomes.events_of_a_journey import by_topic, journey, told

YEAR = Days(date(2026, 1, 1), date(2026, 12, 31))
#: How many events a journey has.
EVENTS = len(journey("E10009999", uuid4()))


async def what_is_known(desk: Desk, person_id: UUID) -> Told | None:
    async with desk.units.for_council(desk.council) as work:
        return {whose: known async for whose, known in told_store.everybody_told(work)}.get(person_id)


async def journey_of(desk: Desk, person_id: UUID) -> Journey | None:
    async with desk.units.for_council(desk.council) as work:
        return (await council_records.journeys(work, YEAR)).get(person_id)


def merged(topics: Sequence[Sequence[Event]], turns: Sequence[int]) -> list[Event]:
    """The topics' events, a topic a turn; each topic stays in its order."""
    left = [list(events) for events in topics]
    heard = []
    for turn in turns:
        waiting = [events for events in left if events]
        heard.append(waiting[turn % len(waiting)].pop(0))
    return heard


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    turns=st.lists(st.integers(0, 6), min_size=EVENTS, max_size=EVENTS),
    again=st.sets(st.integers(0, EVENTS - 1), max_size=3),
)
async def test_the_topics_may_be_heard_in_any_order_and_events_again(
    desk: Desk, turns: list[int], again: set[int]
) -> None:
    person, in_order = uuid4(), uuid4()
    events = journey(desk.council, person)
    heard = merged(by_topic(events), turns)
    await desk.hear(*journey(desk.council, in_order))
    known_in_order = await journey_of(desk, in_order)

    await desk.hear(*heard)
    assert known_in_order is not None
    assert await journey_of(desk, person) == known_in_order

    before = await what_is_known(desk, person)
    await desk.hear(*(events[place] for place in sorted(again)))
    assert await what_is_known(desk, person) == before


async def test_a_journey_is_what_its_events_tell(desk: Desk) -> None:
    await desk.hear(*journey(desk.council, desk.person))
    found = await journey_of(desk, desk.person)

    assert found is not None
    assert found.reached == {
        "case_opened": date(2026, 1, 1),
        "assessment_submitted": date(2026, 1, 11),
        "assessment_agreed": date(2026, 1, 31),
        "allocation_calculated": date(2026, 1, 31),
        "budget_opened": date(2026, 1, 31),
        "plan_approved": date(2026, 2, 20),
        "first_payment": date(2026, 3, 2),
    }
    assert (found.indicative_pence, found.final_pence) == (1_000_000, 1_100_000)
    assert found.has_budget
    # £145 a week for 52 weeks; of two changes for one day the later holds.
    assert found.held_pence == {"trust": 754_000}
    # Of the award's 365 days 335 are in the year.
    assert found.streams["adult_social_care"].awarded_pence == 1_000_000 * 335 // 365
    assert {need.domain for need in found.needs if need.is_in_plan is not None} == set()
    assert [carer.outcome for carer in found.carers] == ["eligible"]
    assert found.characteristics == {"user_group": "older_people", "age_group": "18 to 64"}


async def test_what_came_after_the_last_day_is_not_known_on_it(desk: Desk) -> None:
    await desk.hear(*journey(desk.council, desk.person))
    async with desk.units.for_council(desk.council) as work:
        found = (await council_records.journeys(work, Days(date(2026, 1, 1), date(2026, 2, 10))))[desk.person]

    assert max(found.reached, key=found.reached.__getitem__) in (
        "budget_opened",
        "allocation_calculated",
        "assessment_agreed",
    )
    assert found.final_pence == 1_100_000
    assert not found.held_pence


async def test_a_payment_that_the_bank_gave_back_is_no_first_payment(desk: Desk) -> None:
    first, second = str(uuid4()), str(uuid4())
    whose = (desk.council, desk.person)
    await desk.hear(
        told(PaymentRunApproved, *whose, payment_id=first, pay_on="2026-03-02"),
        told(PaymentSettled, *whose, payment_id=first),
        told(PaymentRejected, *whose, payment_id=first, came_back=True),
        told(PaymentRunApproved, *whose, payment_id=second, pay_on="2026-03-30"),
    )
    known = await what_is_known(desk, desk.person)
    assert known is not None
    assert known.first_paid_on is None

    await desk.hear(told(PaymentSettled, *whose, payment_id=second))
    known = await what_is_known(desk, desk.person)
    assert known is not None
    assert known.first_paid_on == date(2026, 3, 30)


async def test_whoever_died_before_the_first_day_is_not_in_the_report(desk: Desk) -> None:
    await desk.record_death(date(2025, 12, 31))
    assert await journey_of(desk, desk.person) is None

    await desk.hear(DeathRecorded(person_id=desk.person, council=desk.council, budget_id=uuid4(), died_on=None))
    assert await journey_of(desk, desk.person) is not None


async def test_an_erased_person_leaves_nothing_and_nothing_comes_back(desk: Desk) -> None:
    events = journey(desk.council, desk.person)
    await desk.hear(*events[:-1])
    await desk.erase()
    await desk.hear(events[-1])

    for table in ("told", "payment", "person", "carer"):
        assert await desk.rows(f"SELECT FROM {table} WHERE person_id = $1", desk.person) == []
    assert await journey_of(desk, desk.person) is None


async def test_another_council_knows_nothing_of_it(desk: Desk) -> None:
    await desk.hear(*journey(desk.council, desk.person))
    async with desk.units.for_council("E10009998") as work:
        assert [whose async for whose, _ in told_store.everybody_told(work)] == []
