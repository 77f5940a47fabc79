"""Dead letters over HTTP, one council's alone: seen, shown for a reason, handled again once, or discarded."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

import httpx
import jwt
import pytest
from pydantic import SecretStr
from sqlalchemy import text

from braid.kit.dead_letter_routes import LETTERS, PARKED
from braid.kit.dead_letters import DeadLetterOffice
from braid.kit.delivery import Delivery, Permanent, Taken
from braid.kit.identity import INTERNAL_AUDIENCE, INTERNAL_ISSUER, Principal, Role, TokenVerifier, public_jwk
from braid.kit.message import Message
from braid.kit.service import ServiceDefinition, ServiceRuntime, build_api
from braid.kit.settings import DatabaseSettings, ServiceSettings
from braid.kit.unit_of_work import UnitOfWork
from tests.kit.example_api import KEY, client_of, signed_in
from tests.kit.example_service import (
    COUNCIL,
    OTHER_COUNCIL,
    ROLES,
    ExampleService,
    NumberSent,
    metadata,
    note_number,
    tables,
)
from tests.transports.rig import QUICK, message_of

OPERATIONS = Principal("operations-1", COUNCIL, frozenset({Role.OPERATIONS}))
AUDITOR = Principal("auditor-1", COUNCIL, frozenset({Role.AUDITOR}))
ELSEWHERE = replace(OPERATIONS, council=OTHER_COUNCIL)
SECRET = 13_371_337


def sent(event: NumberSent) -> Message:
    """An event at a place of its own on its topic."""
    return replace(message_of(event), position=f"{event.TOPIC}/{uuid4()}")


@dataclass
class Office:
    """The example service, whose handler notes a number and then fails while it is among the cursed."""

    service: ExampleService
    client: httpx.AsyncClient
    cursed: set[int] = field(default_factory=set)

    async def handle(self, event: NumberSent, work: UnitOfWork) -> None:
        await note_number(event, work)
        await work.publish(event)
        if event.number in self.cursed:
            raise Permanent(f"{event.number} for {event.person_id}")

    @property
    def delivery(self) -> Delivery:
        definition: ServiceDefinition = self.client._transport.app.state.runtime.definition  # type: ignore[attr-defined]
        return Delivery(definition.subscription, self.service.units, retry=QUICK)

    async def take(self, number: int, person: UUID, *, council: str = COUNCIL) -> Taken:
        return await self.delivery.take(sent(NumberSent(person_id=person, council=council, number=number)))

    async def ask(
        self, method: str, path: str, body: Any = None, *, by: Principal = OPERATIONS, key: str = ""
    ) -> httpx.Response:
        headers = signed_in(by) | {"idempotency-key": key or str(uuid4())}
        return await self.client.request(method, path, json=body, headers=headers)

    async def letters(self, *, by: Principal = OPERATIONS, **wanted: Any) -> list[dict[str, Any]]:
        answer = await self.ask("POST", f"{LETTERS}:search", wanted, by=by)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["letters"]
        return found

    async def replay(self, letter_id: int, *, key: str = "", by: Principal = OPERATIONS) -> httpx.Response:
        return await self.ask("POST", f"{LETTERS}/{letter_id}/replay", by=by, key=key)

    async def records(self) -> list[dict[str, Any]]:
        """Access records of the council, in the order in which they were written."""
        async with self.service.units.for_council(COUNCIL) as work:
            query = text("SELECT action, person_id, status, reason, subject FROM access_record ORDER BY recorded_at")
            return [dict(row) for row in (await work.session.execute(query)).mappings()]

    async def kept(self, letter_id: int) -> dict[str, Any]:
        """A letter as the operations role sees it."""
        async with self.service.ops.connect() as db:
            query = text("SELECT * FROM dead_letter WHERE id = :id")
            return dict((await db.execute(query, {"id": letter_id})).mappings().one())


@pytest.fixture
async def office(example: ExampleService) -> AsyncIterator[Office]:
    database = DatabaseSettings(url=SecretStr(example.url_as(ROLES.app, "app")), pool_size=8)
    at = Office(example, httpx.AsyncClient())
    definition = ServiceDefinition(
        name="example",
        package="tests.kit",
        title="example",
        routers=[],
        metadata=metadata,
        events={NumberSent.TYPE: NumberSent},
        handlers={NumberSent.TYPE: at.handle},
    )
    runtime = ServiceRuntime(definition, ServiceSettings(environment="test", database=database))
    keys = jwt.PyJWKSet.from_dict({"keys": [public_jwk(KEY)]})
    app = build_api(runtime, verifier=TokenVerifier(keys, issuer=INTERNAL_ISSUER, audience=INTERNAL_AUDIENCE))
    app.state.runtime = runtime
    async with client_of(app) as client:
        at.client = client
        yield at
    await runtime.close()


async def three_of_one(office: Office) -> tuple[UUID, list[int]]:
    """Somebody's three messages, of which the first cannot be handled and the others wait behind it."""
    person = uuid4()
    office.cursed = {1}
    for number in (1, 2, 3):
        assert await office.take(number, person) is Taken.DEAD_LETTERED
    return person, [each["letter_id"] for each in await office.letters()]


async def test_letters_are_listed_with_their_reason_and_without_what_they_say(office: Office) -> None:
    office.cursed = {SECRET}
    person = uuid4()
    await office.take(SECRET, person)
    await office.take(2, person)
    answer = await office.ask("POST", f"{LETTERS}:search", {})
    first, second = answer.json()["letters"]

    assert (first["handler"], first["event_type"], first["topic"]) == ("example", NumberSent.TYPE, NumberSent.TOPIC)
    assert (first["person_id"], first["cause"], first["attempts"]) == (str(person), "Permanent", 1)
    assert (first["words"], first["ahead"]) == (None, None)
    assert (second["cause"], second["ahead"]) == ("KeyIsParked", first["letter_id"])
    assert second["words"] == "an earlier message of the same key waits in the dead letters"
    assert answer.json()["causes"] == [{"cause": "KeyIsParked", "waiting": 1}, {"cause": "Permanent", "waiting": 1}]
    assert str(SECRET) not in answer.text
    one = await office.ask("GET", f"{LETTERS}/{first['letter_id']}")
    assert one.json() == first


async def test_letters_are_found_by_reason_by_person_by_topic_and_page_by_page(office: Office) -> None:
    person, letters = await three_of_one(office)
    office.cursed = {4}
    await office.take(4, uuid4())

    assert [each["letter_id"] for each in await office.letters(person_id=str(person))] == letters
    assert len(await office.letters(cause="Permanent")) == 2
    assert len(await office.letters(first_only=True)) == 2
    assert await office.letters(topic="another.v1") == []
    paged: list[dict[str, Any]] = []
    after: dict[str, Any] = {}
    while page := await office.letters(limit=2, **after):
        paged += page
        after = {"after_at": page[-1]["buried_at"], "after_id": page[-1]["letter_id"]}
    assert paged == await office.letters()


async def test_what_a_letter_says_is_shown_for_a_reason_that_is_recorded_with_whose_it_is(office: Office) -> None:
    office.cursed = {SECRET}
    person = uuid4()
    await office.take(SECRET, person)
    (letter,) = await office.letters()
    path = f"{LETTERS}/{letter['letter_id']}/showing"
    without = [await office.ask("POST", path, body) for body in ({}, {"reason": ""}, {"reason": "   "})]
    shown = await office.ask("POST", path, {"reason": "To see which number it is"})

    assert [answer.status_code for answer in without] == [422] * 3
    assert json.loads(shown.json()["text"])["number"] == SECRET
    assert shown.json()["error"] == f"{SECRET} for {person}"
    last = (await office.records())[-1]
    assert (last["action"], last["person_id"], last["reason"]) == (
        "show-dead-letter",
        person,
        "To see which number it is",
    )


async def test_a_letter_that_nobody_can_read_is_left_to_the_command_line(office: Office) -> None:
    person = uuid4()
    message = sent(NumberSent(person_id=person, council=COUNCIL, number=1))
    letters_of = DeadLetterOffice(office.service.ops, tables, "example")
    await office.delivery.take(replace(message, value=b"\xff\x00"))

    # Nobody can read whose it is: it is nobody's over HTTP, and there on the command line.
    assert await office.letters() == []
    assert len(await letters_of.waiting()) == 1


async def test_every_reading_is_recorded_with_whose_messages_were_shown(office: Office) -> None:
    person, (first, *_) = await three_of_one(office)
    await office.ask("GET", f"{LETTERS}/{first}", by=AUDITOR)
    await office.ask("GET", PARKED, by=AUDITOR)

    records = [each for each in await office.records() if each["subject"] == "auditor-1"]
    assert [(each["action"], each["person_id"], each["status"]) for each in records] == [
        ("read-dead-letters", person, 200)
    ] * 2


async def test_a_letter_is_handled_again_with_those_behind_it_and_the_key_is_free(office: Office) -> None:
    person, letters = await three_of_one(office)
    office.cursed.clear()
    answer = await office.replay(letters[0])

    assert answer.json() == {"handled": letters, "stopped_at": None, "cause": None, "is_free": True}
    assert await office.service.noted_numbers(person) == [1, 2, 3]
    assert await office.letters() == []
    assert (await office.ask("GET", PARKED)).json() == {"parked": []}
    assert await office.take(4, person) is Taken.HANDLED
    kept = await office.kept(letters[0])
    assert (kept["resolution"], kept["resolved_by"]) == ("replayed", "operations-1")


async def test_a_letter_that_still_fails_leaves_nothing_of_its_handling(office: Office) -> None:
    person, letters = await three_of_one(office)
    office.cursed = {2}
    answer = await office.replay(letters[0])

    assert answer.json() == {
        "handled": letters[:1],
        "stopped_at": letters[1],
        "cause": "Permanent",
        "is_free": False,
    }
    assert await office.service.noted_numbers(person) == [1]
    assert [each["letter_id"] for each in await office.letters()] == letters[1:]
    assert await office.take(4, person) is Taken.DEAD_LETTERED
    async with office.service.ops.connect() as db:
        sent = await db.scalar(text(f"SELECT count(*) FROM outbox WHERE topic = '{NumberSent.TOPIC}'"))
    assert sent == 1


async def test_a_repeat_with_the_same_key_has_the_same_answer_and_no_second_effect(office: Office) -> None:
    person, letters = await three_of_one(office)
    office.cursed.clear()
    key = str(uuid4())
    first = await office.replay(letters[0], key=key)
    again = await office.replay(letters[0], key=key)

    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert await office.service.noted_numbers(person) == [1, 2, 3]


async def test_two_who_replay_a_letter_at_once_have_it_handled_once(office: Office) -> None:
    person, letters = await three_of_one(office)
    office.cursed.clear()
    answers = await asyncio.gather(*(office.replay(letters[0]) for _ in range(4)))

    assert sorted(answer.status_code for answer in answers) == [200, 404, 404, 404]
    assert await office.service.noted_numbers(person) == [1, 2, 3]


async def test_a_letter_does_not_pass_an_earlier_one(office: Office) -> None:
    person, letters = await three_of_one(office)
    answer = await office.replay(letters[1])

    assert (answer.status_code, answer.json()["title"]) == (409, "Another letter comes first")
    assert await office.service.noted_numbers(person) == []


async def test_a_letter_of_no_council_holds_back_those_behind_it(office: Office) -> None:
    person = uuid4()
    message = sent(NumberSent(person_id=person, council=COUNCIL, number=1))
    await office.delivery.take(replace(message, value=b"nobody can read this"))
    await office.take(2, person)
    (waiting,) = await office.letters()

    assert waiting["ahead"] is not None
    assert (await office.replay(waiting["letter_id"])).status_code == 409
    discarded = await office.ask("POST", f"{LETTERS}/{waiting['letter_id']}/discard", {"reason": "Told again"})
    assert discarded.json()["is_free"] is False
    assert await office.take(3, person) is Taken.DEAD_LETTERED


async def test_a_letter_is_discarded_for_a_reason_that_is_kept(office: Office) -> None:
    person, letters = await three_of_one(office)
    path = f"{LETTERS}/{letters[0]}/discard"
    without = await office.ask("POST", path, {})
    answer = await office.ask("POST", path, {"reason": "The sender told it again"})

    assert without.status_code == 422
    assert answer.json() == {"letter_id": letters[0], "is_free": False}
    kept = await office.kept(letters[0])
    assert (kept["resolution"], kept["resolution_reason"], kept["resolved_by"]) == (
        "discarded",
        "The sender told it again",
        "operations-1",
    )
    assert (await office.records())[-1]["reason"] == "The sender told it again"
    office.cursed.clear()
    assert (await office.replay(letters[1])).json()["is_free"] is True
    assert await office.service.noted_numbers(person) == [2, 3]


async def test_whose_messages_wait_is_listed_with_how_many(office: Office) -> None:
    person, letters = await three_of_one(office)
    (parked,) = (await office.ask("GET", PARKED)).json()["parked"]

    assert (parked["person_id"], parked["waiting"], parked["first_letter"]) == (str(person), 3, letters[0])


async def test_another_councils_letters_are_not_there(office: Office) -> None:
    person, letters = await three_of_one(office)
    office.cursed.clear()

    assert await office.letters(by=ELSEWHERE) == []
    assert (await office.ask("GET", PARKED, by=ELSEWHERE)).json() == {"parked": []}
    for path, body in (("", None), ("/showing", {"reason": "Out of curiosity"}), ("/replay", None)):
        method = "POST" if path else "GET"
        answer = await office.ask(method, f"{LETTERS}/{letters[0]}{path}", body, by=ELSEWHERE)
        assert answer.status_code == 404, path
    answer = await office.ask("POST", f"{LETTERS}/{letters[0]}/discard", {"reason": "Not ours"}, by=ELSEWHERE)
    assert answer.status_code == 404
    assert await office.service.noted_numbers(person) == []


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OPERATIONS])
async def test_nobody_but_operations_mends_a_letter_or_sees_what_it_says(role: Role, office: Office) -> None:
    by = Principal("somebody", COUNCIL, frozenset({role}))
    for path in ("showing", "replay", "discard"):
        answer = await office.ask("POST", f"{LETTERS}/1/{path}", {"reason": "To see"}, by=by)
        assert answer.status_code == 403, path
    listed = await office.ask("POST", f"{LETTERS}:search", {}, by=by)
    assert listed.status_code == (200 if role is Role.AUDITOR else 403)
