"""The long run of random histories: ``python -m tests.ledger.proof.long_run --steps 1000000 --seed 1``.

It starts a server of its own and keeps a line a history in a file (``--journal``), so that a run that was stopped goes
on where it was, and several share one run (``--shard 1/2``). ``--report`` prints what the file says. On a difference it
stops and names the seed of the history that showed it.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from uuid import UUID, uuid5

from braid.command_line.embedded_platform import Databases
from tests.ledger.ledger_under_test import LedgerUnderTest
from tests.ledger.proof.histories import STEPS_A_HISTORY, History
from tests.real_parts.databases import FreshDatabases, test_postgres

#: What is compared after each step looks through pages that other councils are on too.
HISTORIES_A_DATABASE = 20


@dataclass(frozen=True)
class Agreed:
    """A history in which the ledger and the model agreed on every step."""

    seed: int
    number: int
    steps: int
    entries: int
    seconds: float
    ended_at: str
    told: dict[str, int]


def seed_of(seed: int, number: int) -> int:
    """The seed of one history of a run."""
    return uuid5(UUID(int=seed), str(number)).int


async def one_history(databases: Databases, seed: int, number: int) -> Agreed:
    """A council's history of the usual length.

    Raises:
        Differs: the ledger and the model disagree; the message names the history's seed and the step.
    """
    began = time.monotonic()
    ledger = LedgerUnderTest(databases, council=f"E10{number:06}")
    history = History(ledger, seed_of(seed, number))
    try:
        await history.run(STEPS_A_HISTORY)
    finally:
        await ledger.close()
    seconds, now = round(time.monotonic() - began, 1), datetime.now(UTC).isoformat(timespec="seconds")
    entries = len(history.books.journal)
    return Agreed(seed, number, history.steps, entries, seconds, now, dict(history.told))


async def run(
    databases: FreshDatabases, journal: Path, seed: int, steps: int, shard: tuple[int, int], first: int
) -> None:
    """Histories one after the other, those of the shard that the journal does not have yet, until all have enough."""
    copied = await databases.copy()
    this, of = shard
    here = 0
    for number in count(first + this - 1, of):
        known = [each for each in read(journal) if each.seed == seed]
        if number * STEPS_A_HISTORY >= steps:
            return
        if number in {each.number for each in known}:
            continue
        here += 1
        if here % HISTORIES_A_DATABASE == 0:
            await databases.drop(copied)
            copied = await databases.copy()
        agreed = await one_history(copied, seed, number)
        with journal.open("a") as file:
            file.write(json.dumps(asdict(agreed)) + "\n")
        done = sum(each.steps for each in known) + agreed.steps
        print(f"history {number}: {done} of {steps} steps, {agreed.steps / agreed.seconds:.0f} a second", flush=True)


def read(journal: Path) -> Iterator[Agreed]:
    """What a journal file has."""
    if journal.exists():
        yield from (Agreed(**json.loads(line)) for line in journal.read_text().splitlines())


def report(histories: list[Agreed]) -> str:
    """What was really run, as a page."""
    told = sum((Counter(each.told) for each in histories), Counter[str]())
    seeds = ", ".join(str(seed) for seed in sorted({each.seed for each in histories}))
    rows = "\n".join(f"| `{code}` | {number:,} |" for code, number in told.most_common())
    return f"""\
| | |
|---|---|
| seed | {seeds} |
| histories, each a council of its own | {len(histories):,} |
| steps on which ledger and model agreed | {sum(each.steps for each in histories):,} |
| entries in the journals, each proved whole at its end | {sum(each.entries for each in histories):,} |
| time of one process and its server, minutes | {sum(each.seconds for each in histories) / 60:.0f} |
| last history ended | {max(each.ended_at for each in histories)} |

| answered | times |
|---|---:|
{rows}
"""


def main() -> None:
    """Run, or tell what was run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shard", default="1/1", help="which of how many, from 1")
    parser.add_argument(
        "--first", type=int, default=0, help="number of the first history, where another file has those before"
    )
    parser.add_argument("--journal", type=Path, default=Path("histories.jsonl"))
    parser.add_argument("--report", action="store_true", help="run nothing; print what the journal says")
    asked = parser.parse_args()
    if not asked.report:
        this, of = asked.shard.split("/")
        with tempfile.TemporaryDirectory() as folder, test_postgres(Path(folder)) as server:
            databases = FreshDatabases(server.admin_url())
            databases.make_templates()
            asyncio.run(run(databases, asked.journal, asked.seed, asked.steps, (int(this), int(of)), asked.first))
    print(report(list(read(asked.journal))))


if __name__ == "__main__":
    main()
