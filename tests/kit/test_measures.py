"""What waits in a service's database is told as metrics, as it is when Prometheus asks, and of nobody by id."""

from dataclasses import replace
from uuid import UUID, uuid4

from prometheus_client import Gauge, generate_latest
from sqlalchemy import text

from braid.kit.delivery import Delivery
from braid.kit.health import probes_only
from braid.kit.measures import OF_MESSAGES, Measure, Measures
from tests.kit.example_api import client_of
from tests.kit.example_service import COUNCIL, ExampleService, NumberSent, subscription_to
from tests.transports.handlers import Refusing
from tests.transports.rig import QUICK, message_of

NOTES = Gauge("example_notes", "Numbers noted.", ["service", "council"])


async def asked(measures: Measures) -> str:
    """What Prometheus is told by a process with these measures."""
    async with client_of(probes_only({}, measures.take)) as client:
        return (await client.get("/metrics")).text


def told(metrics: str, name: str, service: str) -> list[tuple[str, float]]:
    """Values of a gauge for one service, with the labels that it has beside the service."""
    lines = [line for line in metrics.splitlines() if line.startswith(f"{name}{{") and f'service="{service}"' in line]
    return sorted((line.rpartition(" ")[0], float(line.rpartition(" ")[2])) for line in lines)


async def test_an_empty_outbox_is_told_as_such(example: ExampleService) -> None:
    service = f"s-{uuid4()}"
    metrics = await asked(Measures(service, example.ops))

    assert [value for _, value in told(metrics, "braid_outbox_pending", service)] == [0]
    assert [value for _, value in told(metrics, "braid_outbox_age_seconds", service)] == [0]
    assert told(metrics, "braid_dead_letters_waiting", service) == []


async def test_what_was_not_relayed_is_counted_with_its_age(example: ExampleService) -> None:
    service = f"s-{uuid4()}"
    for number in range(3):
        await example.send(NumberSent(person_id=uuid4(), council=COUNCIL, number=number))
    metrics = await asked(Measures(service, example.ops))

    [(_, pending)], [(_, age)] = (
        told(metrics, name, service) for name in ("braid_outbox_pending", "braid_outbox_age_seconds")
    )
    assert pending == 3
    assert age > 0


async def test_dead_letters_and_parked_people_are_counted_until_they_are_mended(example: ExampleService) -> None:
    service, people = f"s-{uuid4()}", [uuid4(), uuid4()]
    await bury(example, *people)
    measures = Measures(service, example.ops)
    metrics = await asked(measures)

    [(labels, waiting)], [(_, parked)] = (
        told(metrics, name, service) for name in ("braid_dead_letters_waiting", "braid_parked_keys")
    )
    assert (waiting, parked) == (2, 2)
    assert 'consumer="notes"' in labels
    assert f'topic="{NumberSent.TOPIC}"' in labels

    async with example.ops.begin() as db:
        await db.execute(text("UPDATE dead_letter SET resolved_at = now(), resolution = 'mended', resolved_by = 'ops'"))
        await db.execute(text("DELETE FROM parked_key"))
    metrics = await asked(measures)
    assert told(metrics, "braid_dead_letters_waiting", service) == []
    assert told(metrics, "braid_dead_letter_age_seconds", service) == []
    assert told(metrics, "braid_parked_keys", service) == []


async def test_nobody_is_named_in_what_is_counted(example: ExampleService) -> None:
    person = uuid4()
    await bury(example, person)

    metrics = await asked(Measures(f"s-{uuid4()}", example.ops))

    assert str(person) not in metrics
    assert {label for measure in OF_MESSAGES for label in measure.labels} == {"consumer", "topic"}


async def test_two_services_in_a_process_do_not_take_each_others_figures_away(example: ExampleService) -> None:
    full, empty = f"s-{uuid4()}", f"s-{uuid4()}"
    await bury(example, uuid4())
    await Measures(full, example.ops).take()
    async with example.ops.begin() as db:
        await db.execute(text("UPDATE dead_letter SET resolved_at = now(), resolution = 'mended', resolved_by = 'ops'"))

    metrics = await asked(Measures(empty, example.ops))

    assert [value for _, value in told(metrics, "braid_dead_letters_waiting", full)] == [1]
    assert told(metrics, "braid_dead_letters_waiting", empty) == []


async def test_a_measure_that_cannot_be_taken_takes_its_old_figure_away_and_says_so(example: ExampleService) -> None:
    service = f"s-{uuid4()}"
    spoilt = Measure("spoilt", "SELECT 'E1' AS council, 1 AS notes", {"notes": NOTES}, labels=("council",))
    measures = Measures(service, example.ops, [spoilt])
    assert len(told(await asked(measures), "example_notes", service)) == 1

    measures._taken[-1].measure = replace(spoilt, query="SELECT council, 1 AS notes FROM noted")
    metrics = await asked(measures)

    assert told(metrics, "example_notes", service) == []
    works = {
        labels.split('measure="')[1].split('"')[0]: value
        for labels, value in told(metrics, "braid_measure_works", service)
    }
    assert works == {"outbox": 1, "dead_letters": 1, "parked_keys": 1, "spoilt": 0}
    assert [value for _, value in told(metrics, "braid_outbox_pending", service)] == [0]


async def test_a_database_that_is_away_leaves_the_answer_without_its_figures(example: ExampleService) -> None:
    service = f"s-{uuid4()}"
    await Measures(service, example.ops).take()
    away = ExampleService(example.database_url.replace("/example_", "/gone_"))
    gone = Measures(f"gone-{service}", away.ops)

    metrics = await asked(gone)

    assert told(metrics, "braid_outbox_pending", f"gone-{service}") == []
    assert {value for _, value in told(metrics, "braid_measure_works", f"gone-{service}")} == {0}
    assert len(told(metrics, "braid_outbox_pending", service)) == 1
    await away.close()


async def test_a_measure_that_reads_much_is_taken_seldom(example: ExampleService) -> None:
    service = f"s-{uuid4()}"
    seldom = Measure(
        "seldom", "SELECT 'E1' AS council, random() AS notes", {"notes": NOTES}, labels=("council",), every_s=3600
    )
    measures = Measures(service, example.ops, [seldom])

    first = told(await asked(measures), "example_notes", service)

    assert told(await asked(measures), "example_notes", service) == first
    assert service in generate_latest().decode()


async def bury(example: ExampleService, *people: UUID) -> None:
    """A dead letter of each person."""
    delivery = Delivery(subscription_to(NumberSent, "notes", Refusing(1)), example.units, retry=QUICK)
    for person in people:
        message = message_of(NumberSent(person_id=person, council=COUNCIL, number=1))
        await delivery.take(replace(message, position=f"{NumberSent.TOPIC}/0/{person.int}"))
