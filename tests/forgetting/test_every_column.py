"""Whatever a service can hold about a person in words is gone once they are forgotten, or is named here with a reason.

A new table or column with words in it fails here until its service's ``forget_person`` takes it away or it is named.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import asyncpg
import pytest

from braid.command_line.embedded_platform import Databases
from braid.command_line.services import all_definitions, definition_of
from braid.contracts.assessment import PersonErased
from braid.kit.forgetting import forget_messages
from braid.kit.message import Heard, read_envelope
from braid.kit.service import ServiceRuntime
from braid.kit.settings import ServiceSettings
from services.assessment import erasure, store
from services.assessment.domain.retention import ErasureBasis
from tests.forgetting.marked_rows import MARK, columns_with, id_of, insert, marked_row
from tests.ledger.test_council_guard import url_of
from tests.transports.rig import message_of

COUNCIL, ANOTHER_COUNCIL = "E10777001", "E10777002"
OTHER_MARK = "Wilhelmina Quillfeather"
A_DAY = datetime(2040, 3, 2, tzinfo=UTC)

#: Words of the council and its staff, and codes, by column, wherever they stand.
_NOT_OF_PEOPLE = {
    "stream": "a code",
    "kind": "a code",
    "use": "a code",
    "code": "a code",
    "cadence": "a code",
    "modulus": "a code",
    "written_by": "staff",
    "recorded_by": "staff",
    "imported_by": "staff",
    "decided_by": "staff, or the name of an agency",
    "author": "staff",
    "actor": "staff",
    "set_by": "staff",
    "chosen_by": "staff",
    "stated_by": "staff",
    "locked_by": "staff",
    "asked_by": "staff",
    "by": "staff",
    "lifted_by": "staff",
    "erased_by": "staff",
}
#: What stays by name, and why.
STAYS: dict[str, dict[str, str]] = {
    "assessment": {},
    "ras": {
        "scenario.question": "the table and the rules that were tried, and nobody",
        "scenario.results": "sums over everybody",
    },
    "funding_streams": {
        "council_setting.name": "the council's own",
        "council_setting.choice": "the council's own",
        "council_setting.reason": "the council's own",
    },
    "support_planning": {
        "council_choice.name": "the council's own",
        "council_choice.content": "the council's own",
        "council_choice.reason": "the council's own",
    },
    "outcomes": {
        "licence_statement.instrument_id": "a code",
        "licence_statement.licences": "the council's own",
        "licence_statement.wordings": "the holder's",
        "licence_statement.reason": "the council's own",
        "evaluation.question": "what was asked about everybody",
        "evaluation.results": "sums over everybody, small groups kept back",
        "evaluation_file.name": "a code",
        "evaluation_file.content": "the same sums; or people of a file without names and ids, until it is worked out",
        "statutory_return.results": "counts over everybody",
    },
    "webhooks": {
        "subscription.name": "what a system is called",
        "subscription.url": "a system's address",
        "subscription.event_types": "codes",
        "subscription.agency": "a code",
        "subscription.streams": "codes",
        "subscription.secret": "sealed, and of a system",
        "subscription.disabled_because": "a code",
        "subscription.created_by": "staff",
        "delivery.event_type": "a code",
        "attempt.outcome": "a code",
    },
    "ledger": {
        "journal_entry.reason": "the journal is append-only, and staff's reasons are part of its chain",
        "journal_entry.digest": "a hash",
        "chain_head.link": "a hash",
        "account.pays_only": "codes",
        "fund_version.conditions": "conditions of the money, part of the award that the journal rests on",
        "fund_version.terms": "the same",
        "fund_version.permitted_uses": "codes",
        "fund_version.payee_bars": "codes",
        "fund_version.partner_decision": "the agency's reference, by which its return is told apart",
        "fund_version.stream_label": "the stream's name",
        "fund_version.joint_limits": "sums over several funds and where they are written, part of the award",
        "fund_version.minimums": "the same",
        "period_lock.reason": "the council's own",
        "payment_run.message_id": "the council's own",
        "payment_run.file_format": "a code",
        "payment_run.payer": "the council's own account",
        "payment_run.file_sha256": "a hash",
        "payment_run_step.step": "a code",
        "payment_schedule.terms": "rates, days and cadence",
        "payment_schedule.way": "a code",
        "payment_result.answer_id": "the bank's id of its answer",
        "payment_result.word": "a code",
        "payment_result.reason_code": "a code",
        "payment_result.consequence": "a code",
        "recovery.plan": "sums and days",
        "recovery_step.step": "a code",
        "spend_part.account": "a code of the chart of accounts",
        "spend_query.answer": "a code",
        "spend_query.owner": "a code",
        "council_figure.name": "the council's own",
        "council_figure.reason": "the council's own",
        "code_mapping.mapping": "the council's own",
    },
}
#: Of the messaging tables: ids, codes and positions, and the ends of callers' keys; and who looked at which record.
_TECHNICAL = {
    "access_record.subject",
    "access_record.roles",
    "access_record.action",
    "access_record.method",
    "access_record.route",
    "access_record.resource",
    "access_record.request_id",
    "access_record.trace_id",
    "idempotency_key.caller",
    "idempotency_key.fingerprint",
    "idempotency_key.headers",
}

#: What goes of other people with one: files with a line for each of the council's people.
OF_EVERYBODY = {"ras": {"scenario_file.name", "scenario_file.content"}}
#: What is there once somebody was forgotten, and holds ids and days.
TOMBSTONES = {"forgotten_person", "forgotten_budget", "erasure"}

SERVICES = [definition.name for definition in all_definitions()]


@asynccontextmanager
async def everybody_in(databases: Databases, service: str) -> AsyncIterator[asyncpg.Connection]:
    """The superuser, who sees all and whom no trigger stops."""
    db = await asyncpg.connect(url_of(databases, service, "superuser"))
    try:
        await db.execute("SET session_replication_role = replica")
        yield db
    finally:
        await db.close()


async def fill(everybody: asyncpg.Connection, service: str) -> None:
    """A row about each of two people in every table."""
    for table in definition_of(service).metadata.sorted_tables:
        if table.name in TOMBSTONES:
            continue
        for whose, mark in (("gone", MARK), ("other", OTHER_MARK)):
            # Of some things a council has one.
            is_one = [column.name for column in table.primary_key] == ["council"]
            council = ANOTHER_COUNCIL if is_one and whose == "other" else COUNCIL
            await insert(everybody, table, marked_row(table, council, whose, mark))


def heard(event: PersonErased) -> Heard:
    """An event as it comes to whoever hears it."""
    message = message_of(event)
    return Heard(read_envelope(message), message.value or b"")


async def forget_in(runtime: ServiceRuntime) -> None:
    """Have a service forget the one person, as it does when it hears of the erasure, and when periods have run out."""
    person = id_of("person_id", "gone")
    units = replace(runtime.units, clock=lambda: A_DAY)
    async with units.for_council(COUNCIL) as work:
        if runtime.definition.name == "assessment":
            row = await store.person(work, person)
            assert row is not None
            await erasure.erase(row, ErasureBasis.RETENTION_ENDED, work, by="records")
        else:
            event = PersonErased(person_id=person, council=COUNCIL, erased_on=A_DAY.date(), basis="retention_ended")
            work.heard = heard(event)
            await runtime.definition.handlers[PersonErased.TYPE](event, work)
        await work.commit()
    await forget_messages(runtime.ops_engine)


@pytest.mark.parametrize("service", SERVICES)
async def test_whatever_can_hold_words_about_a_person_is_gone_or_is_named(databases: Databases, service: str) -> None:
    definition = definition_of(service)
    settings = ServiceSettings(environment="test", database=databases.settings_of(service))
    runtime = ServiceRuntime(definition, settings)
    async with everybody_in(databases, service) as everybody:
        await fill(everybody, service)
        of_other = await columns_with(everybody, OTHER_MARK)
        assert await columns_with(everybody, MARK) == of_other
        assert len(of_other) > 10

        await forget_in(runtime)

        left = await columns_with(everybody, MARK)
        not_words = {column for column in left if column.split(".")[1] in _NOT_OF_PEOPLE}
        assert left - not_words - _TECHNICAL == set(STAYS[service])
        assert of_other - await columns_with(everybody, OTHER_MARK) == OF_EVERYBODY.get(service, set())
    await runtime.close()
