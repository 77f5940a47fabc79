"""How many decisions a core makes a second: each stream's own rules, over people like those of its examples.

A person is an example of the stream that ends in an award, with other sums, another age and another day of the year; so
both eras come, and nobody is refused at the first test, which would be quicker than it is in earnest. Times are of the
core itself, so that neighbours on a shared machine do not count.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from time import process_time
from typing import Any

from services.funding_streams.api.bulk import BulkIn, in_turn
from services.funding_streams.discovery import adapters
from services.funding_streams.domain.adapter import Allocation, AllocationOutcome, Case, StreamAdapter
from services.funding_streams.domain.decision import ADULT_SOCIAL_CARE
from services.funding_streams.evaluation import one_stream
from services.funding_streams.fact_check import checked
from services.funding_streams.rule_files import rule_files
from tests.bench.figures import percentile

PEOPLE = 100_000
PEOPLE_WITH_TRACE = 2_000
#: People that are made ready before they are timed, so that they need not all be held at once.
BATCH = 2_000
SEED = 20_261_122


@dataclass(frozen=True)
class Person:
    """What is decided on."""

    facts: dict[str, Any]
    on: date
    allocation_pence: int | None


def run(*, people: int = PEOPLE) -> None:
    """Print decisions a second without trace and milliseconds with it, for each stream, and what bulk adds.

    Args:
        people: how many of them for social care; a tenth for each other stream.
    """
    print(f"{people:,} people of both eras, one core   (promises: 20,000 a second, under 2 ms with trace)")
    for adapter in adapters():
        count = people if adapter.stream == ADULT_SOCIAL_CARE else people // 10
        rate = count / _seconds_without_trace(adapter, count)
        traced = _milliseconds_with_trace(adapter)
        print(
            f"{adapter.stream:28} {rate:9,.0f} decisions a second   with trace: median"
            f" {percentile(traced, 0.5):.2f} ms, p95 {percentile(traced, 0.95):.2f} ms"
        )
    for adapter in adapters():
        in_bulk = _bulk_rate(adapter.stream, BATCH * 2)
        print(f"{adapter.stream:28} {in_bulk:9,.0f} people a second in bulk, from JSON to JSON")


def people_like_the_examples(stream: str, count: int) -> Iterator[Person]:
    """Yield people, the same ones on every run."""
    chance = random.Random(SEED)
    awards = [one for one in rule_files().examples[stream].values() if one.amount_pence]
    for number in range(count):
        example = awards[number % len(awards)]
        facts = {name: _varied(name, value, chance) for name, value in example.model_dump(mode="json")["facts"].items()}
        pence = example.allocation_pence_per_year
        yield Person(facts, example.on + timedelta(days=chance.randrange(90)), pence and _about(pence, chance))


def _varied(name: str, value: Any, chance: random.Random) -> Any:
    if isinstance(value, list):
        return [{**line, "pence_per_week": _about(line["pence_per_week"], chance)} for line in value]
    if "pence" in name:
        return _about(value, chance)
    if name == "date_of_birth":
        return (date.fromisoformat(value) + timedelta(days=chance.randrange(-1000, 1000))).isoformat()
    return value


def _about(pence: int, chance: random.Random) -> int:
    return pence * chance.randrange(80, 121) // 100


def _cases(adapter: StreamAdapter, count: int, *, traced: bool) -> Iterator[list[Case]]:
    """Yield batches of cases in which the streams that this one looks at are decided already."""
    figures, council = rule_files().figures, rule_files().council_defaults
    batch: list[Case] = []
    for person in people_like_the_examples(adapter.stream, count):
        pence = person.allocation_pence
        allocation = None if pence is None else Allocation(pence, AllocationOutcome.CALCULATED)
        facts, _ = checked(person.facts, person.on)
        case = Case(facts, person.on, figures, council, allocation, traced=traced)
        others = {
            name: decision
            for name in adapter.depends_on
            for decision in one_stream(name).decide(replace(case, facts=facts.afresh(), traced=False))
        }
        batch.append(replace(case, facts=facts.afresh(), decisions=others))
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _seconds_without_trace(adapter: StreamAdapter, count: int) -> float:
    seconds = 0.0
    for batch in _cases(adapter, count, traced=False):
        started = process_time()
        for case in batch:
            adapter.decide(case)
        seconds += process_time() - started
    return seconds


def _milliseconds_with_trace(adapter: StreamAdapter) -> list[float]:
    taken = []
    for batch in _cases(adapter, PEOPLE_WITH_TRACE, traced=True):
        for case in batch:
            started = process_time()
            adapter.decide(case)
            taken.append((process_time() - started) * 1_000)
    return taken


def _bulk_rate(stream: str, count: int) -> float:
    """People a second through what the bulk route does for each: read, checked, decided with what it looks at, told."""
    people = [
        {"facts": person.facts, "allocation": person.allocation_pence and {"pence_per_year": person.allocation_pence}}
        for person in people_like_the_examples(stream, count)
    ]
    on = next(people_like_the_examples(stream, 1)).on.isoformat()
    request = json.dumps({"stream": stream, "on": on, "people": people})
    started = process_time()
    body = BulkIn.model_validate(json.loads(request))
    answers = [json.dumps(answer) for answer in in_turn(body, rule_files().council_defaults)]
    assert len(answers) == count
    return count / (process_time() - started)
