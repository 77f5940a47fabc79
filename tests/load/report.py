"""The report of what was measured, as a page of the documentation."""

import os
import platform
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import psutil

from tests.load.growth import Cost, Growth
from tests.load.hour import Hour
from tests.load.kinds import OF_A_COUNCIL, OF_A_PERSON, OF_THE_BOOKS
from tests.load.model import Model

#: Below this nothing is told: a processor's time is counted in hundredths of a second.
_LEAST_MS = 1.0
_INTRODUCTION = """# Load

What councils do in an hour, done by Locust through the gateway in the proportions of the
[model](../../tests/load/model.yaml), on a platform of separate processes with a real Kafka broker and a PostgreSQL
that waits for its disk; and what single requests cost with more and more budgets in the databases. What follows from
it for a council, a region and the country is in [the capacity plan](../capacity.md).

Core time is what the processes took, as the kernel counts it. It is what to go by: on a machine that does other work
too, times are not those of a platform with cores of its own, and core time is a little more than alone, for caches are
shared.
"""


def written(model: Model, hours: Mapping[int, Hour], growths: Sequence[Growth], command: str, note: str = "") -> str:
    """The report.

    Args:
        hours: Locust's runs by the budgets that there were.
        growths: costs of single requests, by rising number of budgets.
        command: what repeats it.
        note: what else is to be known of this run.
    """
    parts = [_INTRODUCTION, *([note, ""] if note else []), *_machine(command)]
    for budgets, hour in sorted(hours.items()):
        parts += ["", *_hour(model, budgets, hour)]
    if growths:
        parts += ["", *_growth(growths)]
    return "\n".join(parts) + "\n"


def _machine(command: str) -> Iterator[str]:
    gigabytes = psutil.virtual_memory().total / 1e9
    yield f"{os.cpu_count()} cores, {gigabytes:.0f} GB, Linux, Python {platform.python_version()}. Again:"
    yield ""
    yield "```sh"
    yield command
    yield "```"


def budget_years(model: Model, hour: Hour) -> float:
    """How many years of one budget the acts of a run are worth, by the model."""
    wanted = model.acts_a_year()
    return sum(hour.acts.get(name, 0) for name in wanted) / sum(wanted.values())


def _hour(model: Model, budgets: int, hour: Hour) -> Iterator[str]:
    years = budget_years(model, hour)
    requests = sum(kind.requests for kind in hour.kinds if not kind.is_act)
    failures = sum(kind.failures for kind in hour.kinds if not kind.is_act)
    total = sum(hour.cores.values())
    asked = sum(spent for name, spent in hour.cores.items() if name.startswith(("serve ", "postgres ")))
    done = sum(hour.acts.values())
    peak = sum(model.acts_in_the_busiest_hour(model.sizes["average"]).values())
    yield f"## The acts of the model, {budgets:,} budgets in the databases"
    yield ""
    yield (
        f"{hour.seconds / 60:.0f} minutes: {done:,} acts in {requests:,} requests, {failures} of which failed;"
        f" {hour.events:,} events relayed. {hour.caught_up_s:.0f} s after the last request {hour.waiting} events"
        f" waited in an outbox or before a consumer; there were {hour.dead_letters} dead letters."
    )
    yield ""
    yield "| | |"
    yield "|---|--:|"
    yield f"| requests a second | {requests / hour.seconds:.1f} |"
    yield f"| core seconds of everything, until all had arrived | {total:.0f} |"
    yield f"| of these the APIs and PostgreSQL, which work when asked | {asked:.0f} |"
    yield f"| the same for one request, core ms | {1e3 * asked / requests:.0f} |"
    yield f"| budgets whose year the acts are worth | {years:.1f} |"
    yield f"| core hours for a thousand budgets a year: when asked | {asked / years / 3.6:.1f} |"
    yield f"| with relays, consumers and broker, which also look when there is nothing | {total / years / 3.6:.1f} |"
    yield f"| acts in the busiest hour of an average council, by the model | {peak:,.0f} |"
    yield f"| cores that they take, when asked | {peak * asked / done / 3_600:.2f} |"
    yield ""
    yield "Core seconds by where they went:"
    yield ""
    yield "| process | core s | share |"
    yield "|---|--:|--:|"
    for name, spent in sorted(_by_part(hour.cores).items(), key=lambda one: -one[1]):
        yield f"| {name} | {spent:.1f} | {spent / total:.0%} |"
    yield ""
    yield from _kinds(hour)


def _by_part(cores: Mapping[str, float]) -> Mapping[str, float]:
    found: dict[str, float] = defaultdict(float)
    for name, seconds in cores.items():
        kind, _, service = name.partition(" ")
        found[f"API of {service}" if kind == "serve" else _PARTS.get(kind, kind)] += seconds
    return found


_PARTS = {
    "consume": "consumers",
    "relay": "relays",
    "send": "sender of webhooks",
    "kafka": "Kafka's broker",
    "postgres": "PostgreSQL",
}


def _kinds(hour: Hour) -> Iterator[str]:
    yield "| request | times | failed | median, ms | 95th percentile | 99th |"
    yield "|---|--:|--:|--:|--:|--:|"
    for kind in sorted((kind for kind in hour.kinds if not kind.is_act), key=lambda one: one.name):
        yield (
            f"| {kind.name} | {kind.requests} | {kind.failures} | {kind.median_ms:.0f} | {kind.p95_ms:.0f}"
            f" | {kind.p99_ms:.0f} |"
        )


def own_ms(growth: Growth, cost: Cost) -> tuple[float, float]:
    """Core ms of APIs and of PostgreSQL for one request, less what they take by themselves in that time."""
    seconds = cost.median_ms / 1e3
    idle = growth.idle_cores
    apis = sum(cores for name, cores in idle.items() if name.startswith("serve "))
    database = sum(cores for name, cores in idle.items() if name.startswith("postgres "))
    return cost.core_ms - 1e3 * apis * seconds, cost.database_ms - 1e3 * database * seconds


def _growth(growths: Sequence[Growth]) -> Iterator[str]:
    yield "## How the cost of a request grows"
    yield ""
    yield from _GROWTH_WORDS
    yield ""
    yield "| budgets in all | of the council that asks | databases, GB | cores at rest |"
    yield "|--:|--:|--:|--:|"
    for one in growths:
        cores = sum(one.idle_cores.values())
        yield f"| {one.budgets:,} | {one.council:,} | {sum(one.gigabytes.values()):.1f} | {cores:.2f} |"
    for title, kinds in (
        ("About one person", OF_A_PERSON),
        ("Lists and queues of a council", OF_A_COUNCIL),
        ("The whole books of a council", OF_THE_BOOKS),
    ):
        yield ""
        yield f"### {title}"
        yield ""
        yield "| request | " + " | ".join(f"{one.budgets:,}" for one in growths) + " |"
        yield "|---|" + "--:|" * len(growths)
        for kind in kinds:
            yield f"| {kind} | " + " | ".join(_told(one, kind) for one in growths) + " |"


_GROWTH_WORDS = (
    "Core milliseconds of the gateway and the services, and of PostgreSQL after the plus, for one request: one after",
    "the other, less what they take at rest. `-` is less than one millisecond; an empty place was not measured.",
)


def _told(growth: Growth, kind: str) -> str:
    if kind not in growth.costs:
        return ""
    return " + ".join(_rounded(own_ms(growth, growth.costs[kind])))


def _rounded(values: Iterable[float]) -> list[str]:
    return [f"{value:.0f}" if value >= _LEAST_MS else "-" for value in values]
