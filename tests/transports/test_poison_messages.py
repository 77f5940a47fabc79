"""What every transport does with a message that cannot be handled: keep it, say why, hold back its person's others."""

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import pytest

from braid.kit.dead_letters import Replayed
from braid.kit.message import Message
from tests.transports.handlers import Refusing
from tests.transports.rig import Rig, message_of


async def test_a_message_that_always_fails_holds_back_its_person_and_nobody_else(rig: Rig) -> None:
    person, other = uuid4(), uuid4()
    async with rig.running(rig.consumer(Refusing(2))):
        await rig.send(person, 1, 2, 3)
        await rig.send(other, 11, 12)
        assert await rig.noted(other, 2) == [11, 12]
        failed, behind = await rig.letters(2)
    assert await rig.service.noted_numbers(person) == [1]
    assert (failed.cause, failed.error, failed.attempts) == ("RuntimeError", "the rules do not know 2", 3)
    assert (behind.cause, behind.attempts) == ("KeyIsParked", 0)
    assert failed.key_text == behind.key_text == str(person)


async def test_a_replay_after_a_mend_handles_all_in_order(rig: Rig) -> None:
    person, refusing = uuid4(), Refusing(2)
    consumer = rig.consumer(refusing)
    async with rig.running(consumer):
        await rig.send(person, 1, 2, 3, 4)
        failed, *behind = await rig.letters(3)
        refusing.mended = True
        replayed = await rig.office().replay_key(consumer, rig.topic, key_of(person), by="operations")
        assert replayed == Replayed((failed.id, *(letter.id for letter in behind)))
        await rig.send(person, 5)
        assert await rig.noted(person, 5) == [1, 2, 3, 4, 5], "the key is free again"
    assert not await rig.office().waiting()


async def test_a_replay_before_the_mend_changes_nothing(rig: Rig) -> None:
    person = uuid4()
    consumer = rig.consumer(Refusing(1))
    async with rig.running(consumer):
        await rig.send(person, 1, 2)
        failed, _ = await rig.letters(2)
        replayed = await rig.office().replay_key(consumer, rig.topic, key_of(person), by="operations")
        assert replayed == Replayed((), failed.id, "RuntimeError: the rules do not know 1")
        await rig.send(person, 3)
        assert [letter.cause for letter in await rig.letters(3)] == ["RuntimeError", "KeyIsParked", "KeyIsParked"]
    assert await rig.service.noted_numbers(person) == []


async def test_a_discarded_letter_frees_its_key(rig: Rig) -> None:
    person = uuid4()
    async with rig.running(rig.consumer(Refusing(1))):
        await rig.send(person, 1)
        [failed] = await rig.letters(1)
        await rig.office().discard(failed.id, by="operations")
        await rig.send(person, 2)
        assert await rig.noted(person, 1) == [2]
    assert not await rig.office().waiting()


async def test_a_letter_stays_behind_the_earlier_ones_of_its_person(rig: Rig) -> None:
    person, refusing = uuid4(), Refusing(1)
    consumer = rig.consumer(refusing)
    async with rig.running(consumer):
        await rig.send(person, 1, 2)
        first, second = await rig.letters(2)
        refused = await rig.office().replay_letter(consumer, second.id, by="operations")
        assert refused.stopped_at == second.id
        assert refused.error == f"letter {first.id} of the same key comes first"
        refusing.mended = True
        await rig.office().replay_letter(consumer, first.id, by="operations")
        await rig.office().replay_letter(consumer, second.id, by="operations")
        assert await rig.noted(person, 2) == [1, 2]


@dataclass(frozen=True)
class Poison:
    """A way in which a message can be spoilt, and what is said of it."""

    name: str
    spoil: Callable[[Message], Message]
    cause: str
    error: str


def without(name: str) -> Callable[[Message], Message]:
    return lambda good: replace(good, headers=tuple(pair for pair in good.headers if pair[0] != name))


def with_header(name: str, raw: bytes | None) -> Callable[[Message], Message]:
    return lambda good: replace(without(name)(good), headers=(*without(name)(good).headers, (name, raw)))  # type: ignore[arg-type]


def with_value(value: bytes | None) -> Callable[[Message], Message]:
    return lambda good: replace(good, value=value)


SOMEBODY_ELSE = str(UUID(int=1)).encode()
POISONS = [
    Poison(
        "a header is not UTF-8", with_header("x-note", b"\xff\xfe"), "MalformedMessage", "header x-note is not UTF-8"
    ),
    Poison("ce_id is missing", without("ce_id"), "MalformedMessage", "header ce_id is missing"),
    Poison("ce_id is no UUID", with_header("ce_id", b"7"), "MalformedMessage", "header ce_id or ce_time is malformed"),
    Poison("ce_id has no value", with_header("ce_id", None), "MalformedMessage", "header ce_id is missing"),
    Poison("ce_time has no zone", with_header("ce_time", b"2026-04-06"), "MalformedMessage", "has no time zone"),
    Poison("it is no JSON", with_value(b'{"number":'), "ValidationError", "Invalid JSON"),
    Poison("it is not UTF-8", with_value(b'{"number": "\xff"}'), "ValidationError", "Invalid JSON"),
    Poison("it has the wrong schema", with_value(b'{"number":"many"}'), "ValidationError", "person_id"),
    Poison("it has no data", with_value(None), "MalformedMessage", "the message has no data"),
    Poison("its type is unknown", with_header("ce_type", b"uk.braid.elsewhere.v1"), "MalformedMessage", "is unknown"),
    Poison(
        "its key is another person's", lambda good: replace(good, key=SOMEBODY_ELSE), "MalformedMessage", "person id"
    ),
    Poison("it has no key", lambda good: replace(good, key=None), "MalformedMessage", "person id"),
    Poison(
        # PostgreSQL stores no NUL in text: the letter itself must not fail.
        "it has NUL characters in its headers",
        lambda good: with_header("x-\0note", b"a\0b")(with_value(b"\0")(good)),
        "ValidationError",
        "Invalid JSON",
    ),
    Poison(
        # With its headers the copy would not fit, and would block the outbox for everybody.
        "it fills a whole Kafka message",
        with_value(b"x" * 1_048_000),
        "ValidationError",
        "Invalid JSON",
    ),
]


@pytest.mark.parametrize("poison", POISONS, ids=lambda poison: poison.name.replace(" ", "-"))
async def test_a_spoilt_message_is_kept_with_its_cause_until_it_is_mended(rig: Rig, poison: Poison) -> None:
    person, other = uuid4(), uuid4()
    good = message_of(rig.number(person, 1))
    spoilt = poison.spoil(good)
    consumer = rig.consumer()
    async with rig.running(consumer):
        await rig.put(spoilt)
        [letter] = await rig.letters(1)
        assert letter.cause == poison.cause
        assert poison.error in letter.error
        assert (letter.message.key, letter.message.value) == (spoilt.key, spoilt.value)

        [copy] = await rig.dead_letter_copies(1)
        told = {name: raw.decode() for name, raw in copy.headers if name.startswith("dlq_")}
        assert told["dlq_source"] == letter.message.position
        assert told["dlq_topic"] == rig.topic
        assert told["dlq_cause"] == poison.cause
        assert poison.error in told["dlq_error"]
        assert copy.key == spoilt.key

        # Nothing is stuck behind it, neither in the outbox nor on the topic.
        await rig.send(other, 5)
        assert await rig.noted(other, 1) == [5]

        assert await rig.office().replay_letter(consumer, letter.id, by="operations", correction=good) == Replayed(
            (letter.id,)
        )
        await rig.send(person, 2)
        assert await rig.noted(person, 2) == [1, 2]
    assert not await rig.office().waiting()


async def test_the_copy_on_the_dead_letter_topic_is_the_whole_message(rig: Rig) -> None:
    spoilt = replace(message_of(rig.number(uuid4(), 1)), value=b"{}")
    async with rig.running(rig.consumer()):
        await rig.put(spoilt)
        [copy] = await rig.dead_letter_copies(1)
    assert (copy.key, copy.value) == (spoilt.key, spoilt.value)
    assert set(spoilt.headers) <= set(copy.headers)


async def test_a_key_that_no_index_takes_is_kept_as_its_digest(rig: Rig) -> None:
    key = random.Random(1).randbytes(5_000)
    async with rig.running(rig.consumer()):
        await rig.put(replace(message_of(rig.number(uuid4(), 1)), key=key))
        [letter] = await rig.letters(1)
    assert letter.key_text == f"sha256:{hashlib.sha256(key).hexdigest()}"


async def test_a_number_that_fits_no_column_is_the_messages_fault_and_no_outage(rig: Rig) -> None:
    person, other = uuid4(), uuid4()
    async with rig.running(rig.consumer()):
        await rig.send(person, 2**70)
        [letter] = await rig.letters(1)
        assert "int64" in letter.error
        await rig.send(other, 1)
        assert await rig.noted(other, 1) == [1]


def key_of(person: UUID) -> bytes:
    return str(person).encode()
