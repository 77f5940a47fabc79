"""What is sent about a person is a disclosure that they see, and ends with their record."""

import json
from uuid import uuid4

from braid.contracts.assessment import PersonErased
from braid.contracts.award import AwardDecided
from braid.kit.delivery import Taken
from braid.kit.identity import Role
from tests.ledger.builders import Stream, an_award_decided
from tests.transports.rig import message_of
from tests.webhooks.desk import CASE_OPENED, Desk, place
from tests.webhooks.receiver import Receiver, always, taken

RECORDS = "SELECT * FROM access_record WHERE person_id = $1 ORDER BY recorded_at"


async def test_that_an_event_goes_out_is_in_the_persons_record_before_it_goes(desk: Desk, receiver: Receiver) -> None:
    begun = await desk.subscribe(receiver, name="Case management of Barset")
    person = await desk.open_case()
    assert await desk.rows(RECORDS, person) == []

    [one] = await desk.sender().take(5)

    assert receiver.got == []
    [record] = await desk.rows(RECORDS, person)
    assert (record["subject"], record["roles"], record["route"]) == (
        "webhook:Case management of Barset",
        ["system"],
        f"webhook {CASE_OPENED}",
    )
    assert record["resource"] == f"{place(begun)}/deliveries/{one.delivery_id}"
    assert (record["council"], record["action"]) == (desk.council, "be-told-of-event")


async def test_attempts_are_one_disclosure_and_sending_again_by_hand_another(desk: Desk, receiver: Receiver) -> None:
    begun = await desk.subscribe(receiver)
    receiver.answer = always(500)
    person = await desk.open_case()
    sender = desk.sender()
    await sender.send_all_due()
    receiver.answer = taken
    desk.clock.move_on(seconds=6)
    await sender.send_all_due()
    assert len(await desk.rows(RECORDS, person)) == 1

    [delivery] = await desk.deliveries(begun)
    await desk.done("POST", f"{place(begun)}/deliveries/{delivery['delivery_id']}/redelivery")
    await sender.send_all_due()

    told = [record for record in await desk.rows(RECORDS, person) if record["route"].startswith("webhook")]
    assert [record["is_repeat"] for record in told] == [False, True]


async def test_what_is_read_and_sent_again_of_a_person_is_recorded_as_theirs(desk: Desk, receiver: Receiver) -> None:
    begun = await desk.subscribe(receiver)
    person = await desk.open_case()
    [delivery] = await desk.deliveries(begun)

    await desk.done("GET", f"{place(begun)}/deliveries/{delivery['delivery_id']}")

    assert [record["action"] for record in await desk.rows(RECORDS, person)] == ["read-webhooks"]
    assert str(person) not in str(await desk.deliveries(begun))


async def test_an_erased_persons_messages_are_emptied_and_whoever_was_told_of_them_is_told_of_it(
    desk: Desk, receiver: Receiver
) -> None:
    told = await desk.subscribe(receiver, name="Was told")
    never = await desk.subscribe(receiver, "uk.braid.plan.approved.v1", name="Was never told")
    person, other = await desk.open_case(), await desk.open_case()
    sender = desk.sender()
    await sender.send_all_due()
    await desk.open_case(person)
    receiver.got.clear()

    await desk.hear(desk.an_erasure(person))
    await sender.send_all_due()

    [got] = receiver.got
    assert json.loads(got.body)["type"] == PersonErased.TYPE
    assert [(one["event_type"], one["state"], one["is_kept"]) for one in await desk.deliveries(told)] == [
        (PersonErased.TYPE, "delivered", True),
        (CASE_OPENED, "withdrawn", False),
        (CASE_OPENED, "delivered", True),
        (CASE_OPENED, "delivered", False),
    ]
    assert await desk.deliveries(never) == []
    assert len(await desk.rows("SELECT FROM delivery WHERE person_id = $1 AND body IS NOT NULL", other)) == 1
    assert await desk.delivery().take(message_of(desk.a_case(person))) is Taken.FORGOTTEN


async def test_what_was_in_hand_when_the_person_was_erased_stays_withdrawn(desk: Desk, receiver: Receiver) -> None:
    begun = await desk.subscribe(receiver)
    person = await desk.open_case()
    sender = desk.sender()
    [one] = await sender.take(5)

    await desk.hear(desk.an_erasure(person))
    receiver.answer = always(500)
    await sender.send(one)

    erased, opened = await desk.deliveries(begun)
    assert (erased["event_type"], erased["state"]) == (PersonErased.TYPE, "waiting")
    assert (opened["state"], opened["is_kept"]) == ("withdrawn", False)
    again = await desk.ask("POST", f"{place(begun)}/deliveries/{opened['delivery_id']}/redelivery")
    assert again.status_code == 409


async def test_an_agency_hears_of_an_erasure_where_it_was_told_of_the_person_and_nowhere_else(
    desk: Desk, receiver: Receiver
) -> None:
    await desk.subscribe(receiver, AwardDecided.TYPE, name="The trustees", role=Role.PARTNER)
    known, unknown = uuid4(), uuid4()
    await desk.hear(an_award_decided(known, stream=Stream.INDEPENDENT_LIVING_FUND, council=desk.council))
    sender = desk.sender()
    await sender.send_all_due()
    receiver.got.clear()

    await desk.hear(desk.an_erasure(unknown), desk.an_erasure(known))
    await sender.send_all_due()

    assert [json.loads(got.body)["subject"] for got in receiver.got] == [str(known)]
