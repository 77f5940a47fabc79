"""What a long run showed, for readers of the repository."""

import os
import platform
from collections import Counter, defaultdict

import psutil

from tests.bench.figures import percentile
from tests.chaos.run import READY_WITHIN_S, Outcome

_HEADING = """# Chaos

What `make chaos` did to the platform and could prove afterwards. The platform ran as in production, each service's API,
consumer and relay and the gateway in processes of their own, on a real Kafka broker and a real PostgreSQL, while people
were assessed, awarded, planned for, paid and asked about their spending through the gateway. After each round, from
databases and topics alone: every accepted request there once, every event told and applied once and in its person's
order, every journal balanced and its chain whole, every budget equal to a replay of its events, nothing paid twice, no
dead letter, no connection, transaction or lock that nobody uses, every process ready.
"""


def written(outcome: Outcome) -> str:
    """The report of a run in which all was proved, in Markdown."""
    by_kind = defaultdict(list)
    for recovery in outcome.recoveries:
        by_kind[recovery.kind].append(recovery.seconds)
    count = Counter(fault.kind for fault in outcome.faults)
    lines = [
        _HEADING,
        f"Seed {outcome.seed}, {len(outcome.faults)} faults, {outcome.seconds / 60:.0f} minutes,"
        f" on {os.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.0f} GB,"
        f" {platform.system()}, Python {platform.python_version()}.",
        f"Again: `make chaos SEED={outcome.seed} FAULTS={len(outcome.faults)}`.",
        "",
        f"Stated: every process that a fault hit is ready within {READY_WITHIN_S:.0f} seconds of its end.",
        "",
        "| fault | times | ready again after: median, s | 90th percentile | longest |",
        "|---|--:|--:|--:|--:|",
    ]
    lines += [f"| {kind.value} | {count[kind]} | {_spread(by_kind[kind])} |" for kind in count]
    every = [recovery.seconds for recovery in outcome.recoveries]
    lines += [f"| **all** | **{len(outcome.faults)}** | {_spread(every)} |", ""]
    lines += [
        "From the end of a round's last fault until every story had ended and all was proved, in seconds: median,"
        f" 90th percentile, longest: {_spread(outcome.caught_up).replace('|', ',')}.",
        "",
        "| proved | |",
        "|---|--:|",
        *(f"| {what} | {number:,} |" for what, number in outcome.totals.items()),
    ]
    if outcome.kinds_left_out:
        lines += ["", "Not possible on that machine: " + ", ".join(kind.value for kind in outcome.kinds_left_out) + "."]
    return "\n".join(lines) + "\n"


def _spread(seconds: list[float]) -> str:
    return " | ".join(f"{percentile(seconds, share):.1f}" for share in (0.5, 0.9, 1.0)) if seconds else "- | - | -"
