"""Every journal balances, every hash chain is whole, every budget equals a replay of its events; none is paid twice."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import asyncpg

from braid.command_line.embedded_platform import Databases
from braid.command_line.services import definition_of
from braid.contracts.award import AwardDecided
from braid.kit.delivery import Taken
from braid.kit.roles import Roles
from braid.kit.service import ServiceRuntime
from tests.chaos.topics import Record, Topics

LEDGER = definition_of("ledger")
#: What must give no row.
_NEVER = {
    "entries that do not balance": (
        "SELECT council, sequence FROM journal_leg GROUP BY 1, 2 HAVING sum(amount_pence) <> 0"
    ),
    "entries that do not balance in a stream": (
        "SELECT council, sequence, stream_id FROM journal_leg GROUP BY 1, 2, 3 HAVING sum(amount_pence) <> 0"
    ),
    "entries with one leg or none": (
        "SELECT e.entry_id FROM journal_entry e LEFT JOIN journal_leg l USING (council, sequence)"
        " GROUP BY 1 HAVING count(l.number) < 2"
    ),
    "funds drawn below nothing": (
        "SELECT a.fund_id, a.code FROM account a JOIN journal_leg l USING (account_id) WHERE a.code LIKE 'fund.%'"
        " GROUP BY 1, 2 HAVING sum(l.amount_pence) > 0"
    ),
    "dues paid twice": (
        "SELECT due_id FROM payment_item WHERE state IN ('going', 'settled') GROUP BY 1 HAVING count(*) > 1"
    ),
    "commitments that hold less than nothing": (
        "SELECT commitment_id FROM commitment WHERE settled_pence + released_pence > amount_pence"
    ),
}
_PAID = (
    "SELECT COALESCE(-sum(l.amount_pence), 0)::bigint FROM account a JOIN journal_leg l USING (account_id)"
    " WHERE a.code = 'council.bank'"
)
_SETTLED = (
    "SELECT (SELECT COALESCE(sum(sent_pence), 0) FROM payment_item WHERE state = 'settled')::bigint"
    " + (SELECT COALESCE(sum(settled_pence), 0) FROM commitment WHERE commitment_id = ANY($1::uuid[]))::bigint"
)
#: What the ledger makes of events alone.
_FROM_EVENTS = {
    "budgets": "SELECT budget_id, council, person_id, opened_on FROM budget",
    "awards seen": "SELECT award_id, person_id, version FROM award_seen",
    "funds": "SELECT fund_id, budget_id, award_id, stream, award_version, closed_on, closed_by_version FROM fund",
    "versions of funds": (
        "SELECT fund_id, award_version, status, decided_by, amount_pence, contribution_pence, starts_on, ends_on,"
        " cadence, permitted_uses::text, conditions::text, posted_pence, posted_contribution_pence FROM fund_version"
    ),
    "entries of awards": (
        "SELECT e.entry_id, e.budget_id, e.value_date, a.fund_id, a.code, l.amount_pence FROM journal_entry e"
        " JOIN journal_leg l USING (council, sequence) JOIN account a USING (account_id) WHERE e.kind LIKE 'award%'"
    ),
    "approved plans": "SELECT * FROM approved_plan",
}
_NOT_TOLD = ("recorded_at",)


async def unproven_money(ledger: asyncpg.Connection, placed: Sequence[str]) -> list[str]:
    """What is wrong with the books, in words.

    Args:
        placed: ids of the commitments that people placed and settled by hand; what else is paid, runs pay.
    """
    wrong = []
    paid, settled = await ledger.fetchval(_PAID), await ledger.fetchval(_SETTLED, placed)
    if paid != settled:
        wrong.append(f"{paid} pence left the bank, {settled} were settled")
    for what, query in _NEVER.items():
        if rows := await ledger.fetch(query):
            wrong.append(f"{what}: {[tuple(map(str, row)) for row in rows[:5]]}")
    return wrong


def unproven_chains(databases: Databases) -> list[str]:
    """What `braid ledger verify` says of the hash chains where they are not whole."""
    settings = databases.settings_of("ledger")
    assert settings.url
    assert settings.ops_url
    environment = {
        "LEDGER_ENVIRONMENT": "test",
        "LEDGER_DATABASE__URL": settings.url.get_secret_value(),
        "LEDGER_DATABASE__OPS_URL": settings.ops_url.get_secret_value(),
    }
    command = [sys.executable, "-m", "braid", "ledger", "verify"]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    return [] if done.returncode == 0 else [f"braid ledger verify: {(done.stdout + done.stderr)[-2_000:]}"]


@dataclass
class Replayed:
    """A second ledger that hears every event from the topics, in their order, and nothing else.

    Args:
        databases: where it keeps its state; migrated and empty.
    """

    databases: Databases
    wrong: list[str] = field(default_factory=list)
    _heard: set[str] = field(default_factory=set)

    async def hear(self, topics: Topics) -> None:
        """Let it hear what has come since."""
        settings = LEDGER.settings(environment="test", database=self.databases.settings_of("ledger"))
        runtime = ServiceRuntime(LEDGER, settings)
        delivery = runtime.delivery()
        try:
            for record in sorted(topics.records, key=_awards_first):
                wanted = record.message.topic in LEDGER.subscription.topics and record.type in LEDGER.handlers
                if not wanted or record.event_id in self._heard:
                    continue
                self._heard.add(record.event_id)
                taken = await delivery.take(record.message)
                if taken is not Taken.HANDLED:
                    self.wrong.append(f"replay: {record.message.position} was {taken}")
        finally:
            await runtime.close()

    async def unproven(self, ledger: asyncpg.Connection) -> list[str]:
        """Where the ledger and the replay of its events differ, in words."""
        # As the superuser: the owner sees one council's rows at a time.
        name = Roles("ledger").database + self.databases.suffix
        replayed = await asyncpg.connect(self.databases.admin_url.rsplit("/", 1)[0] + f"/{name}")
        try:
            wrong = list(self.wrong)
            for what, query in _FROM_EVENTS.items():
                ours, theirs = [_told(await one.fetch(query)) for one in (ledger, replayed)]
                if ours != theirs:
                    wrong.append(f"{what} differ from a replay of the events: {sorted(ours ^ theirs)[:4]}")
            return wrong
        finally:
            await replayed.close()


def _awards_first(record: Record) -> bool:
    """A plan rests on money: whoever writes one has seen it in the ledger, whatever the clocks say."""
    return record.message.topic != AwardDecided.TOPIC


def _told(rows: list[Mapping[str, object]]) -> set[str]:
    return {str([(name, str(value)) for name, value in row.items() if name not in _NOT_TOLD]) for row in rows}
