"""A payment run for as many budgets as asked: built, checked, approved, filed, and answered by the bank.

Each step is one transaction, as over the API; a private PostgreSQL that waits for its disk stands beside it.
"""

import asyncio
import resource
import tempfile
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from time import perf_counter, process_time
from uuid import UUID, uuid5

import asyncpg
import psutil
from sqlalchemy import text

from braid.command_line.embedded_platform import Databases
from braid.kit.database import plain_url
from braid.kit.private_postgres import PrivatePostgres, state_directory
from braid.kit.processes import collect_seldom
from braid.kit.roles import Roles
from braid.kit.service import ServiceRuntime
from braid.kit.settings import ServiceSettings
from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain import postings
from services.ledger.domain.bank import BankAccount
from services.ledger.domain.journal import Entry
from services.ledger.domain.payments.payment_ids import run_id_of
from services.ledger.domain.payments.runs import Step
from services.ledger.domain.postings import About, Part
from services.ledger.main import SERVICE
from services.ledger.payments.bank_answers import finish_run
from services.ledger.payments.journal import ENTRIES_A_CALL, post_whole
from services.ledger.payments.run_file import FileFormat, make_file, write_file
from services.ledger.payments.run_steps import RunAsked, approve_run, build_run, check_run, take_step

COUNCIL = "E10000001"
STREAM = "adult_social_care"
FIRST_DAY = date(2009, 6, 1)
PAYER = BankAccount("200000", "73124567", "Example Council")
SECONDS_MOST, MEGABYTES_MOST = 60, 1_000
_PASSWORDS = {"owner": "owner-of-bench", "app": "app-of-bench", "ops": "ops-of-bench"}
_PEOPLE = UUID("5b0c3c1e-6d0e-5d0b-9a55-3c5a4a8a1b55")


def run(*, people: int) -> None:
    """Print what each step takes, and the most memory that this process had."""
    with tempfile.TemporaryDirectory() as folder, PrivatePostgres(state_directory(Path(folder) / "postgres")) as server:
        databases = Databases(server.admin_url(), _PASSWORDS)
        asyncio.run(databases.prepare(SERVICE))
        databases.migrate(SERVICE)
        asyncio.run(_measure(databases, people, Path(folder)))
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"  largest memory, making the people up included: {megabytes:.0f} MB   (promise: under {MEGABYTES_MOST})")


async def _measure(databases: Databases, people: int, folder: Path) -> None:
    runtime = ServiceRuntime(SERVICE, ServiceSettings(environment="test", database=databases.settings_of("ledger")))
    collect_seldom()
    await _make_people(runtime, databases, people)
    run_id = run_id_of(COUNCIL, FIRST_DAY, 1)
    whole = [0.0, 0.0]

    async def timed(name: str, step: Callable[[UnitOfWork], Awaitable[object]]) -> None:
        started = perf_counter()
        async with runtime.units.for_council(COUNCIL) as work:
            backend = psutil.Process(await work.session.scalar(text("SELECT pg_backend_pid()")))
            core = _core_seconds(backend)
            await step(work)
            await work.commit()
            spent = perf_counter() - started, _core_seconds(backend) - core
        whole[:] = [before + after for before, after in zip(whole, spent, strict=True)]
        print(f"  {name:32} {spent[0]:6.2f} s   of the cores {spent[1]:6.2f} s", flush=True)

    async def read(work: UnitOfWork) -> None:
        with (folder / "payments.txt").open("wb") as out:
            written = await write_file(work, run_id, out)
        print(f"    {written.payments:,} payments, {written.size_bytes / 1e6:.1f} MB")

    print(f"a payment run for {people:,} budgets")
    await timed("built", lambda work: build_run(work, RunAsked(FIRST_DAY, FIRST_DAY), actor="builder"))
    await timed("checked", lambda work: check_run(work, run_id, actor="builder"))
    await timed("approved, its money held", lambda work: approve_run(work, run_id, actor="approver"))
    await timed(
        "file fixed (Bacs Standard 18)",
        lambda work: make_file(work, run_id, FileFormat.STANDARD18, PAYER, "123456", actor="builder"),
    )
    await timed("file written", read)
    print(f"  built, checked, approved, filed  {whole[0]:6.2f} s   (promise: under {SECONDS_MOST})")
    print(f"    of the cores, this process and the database together: {whole[1]:.2f} s")
    await timed("sent", lambda work: take_step(work, run_id, Step.SEND, actor="builder"))
    await timed("taken as paid", lambda work: finish_run(work, run_id, actor="builder"))
    await runtime.close()


def _core_seconds(backend: psutil.Process) -> float:
    """What this process and its connection's server process have had of the cores, whoever else is busy on them."""
    times = backend.cpu_times()
    return process_time() + times.user + times.system


async def _make_people(runtime: ServiceRuntime, databases: Databases, people: int) -> None:
    """Budgets with an award of ten thousand pounds, an account, and four weeks' payment due."""
    url = databases.admin_url.rsplit("/", 1)[0] + "/" + Roles("ledger").database + databases.suffix
    db = await asyncpg.connect(plain_url(url))
    ids = [(_id("fund", number), _id("budget", number), _id("person", number)) for number in range(people)]
    await db.execute("CREATE TEMPORARY TABLE people (fund_id uuid, budget_id uuid, person_id uuid, number serial)")
    await db.copy_records_to_table("people", records=ids, columns=("fund_id", "budget_id", "person_id"))
    for statement in _EVERYBODY_IS_DUE:
        await db.execute(statement, COUNCIL, STREAM)
    for first in range(0, people, ENTRIES_A_CALL):
        async with runtime.units.for_council(COUNCIL) as work:
            refused = await post_whole(work, [[_award(*one[:2])] for one in ids[first : first + ENTRIES_A_CALL]])
            assert not refused, refused
            await work.commit()
    # As a database that is in use knows its tables.
    await db.execute("ANALYZE")
    await db.close()


#: Each person has a fund, a confirmed account, and eight hundred pounds due for four weeks. $1: council, $2: stream.
_EVERYBODY_IS_DUE = (
    "INSERT INTO budget (budget_id, council, person_id, opened_on)"
    " SELECT budget_id, $1, person_id, '2009-06-01' FROM people WHERE $2 <> ''",
    "INSERT INTO fund (fund_id, council, budget_id, award_id, stream, award_version)"
    " SELECT fund_id, $1, budget_id, fund_id, $2, 1 FROM people",
    "INSERT INTO fund_version (fund_id, award_version, council, status, decided_by, amount_pence, contribution_pence,"
    " starts_on, ends_on, cadence, permitted_uses, payee_bars, conditions, terms, posted_pence,"
    " posted_contribution_pence) SELECT fund_id, 1, $1, 'confirmed', 'The council', 1040000, 182000, '2009-06-01',"
    " '2010-05-30', 'four_weekly_in_advance', '[{\"use\": \"care.personal\", \"condition\": null}]', '[]', '[]', '[]',"
    " 1040000, 182000 FROM people WHERE $2 <> ''",
    "INSERT INTO payee (payee_id, council, budget_id, payee_kind, version)"
    " SELECT fund_id, $1, budget_id, 'holder', 1 FROM people WHERE $2 <> ''",
    "INSERT INTO payee_account (payee_id, version, council, sort_code, account_number, name, modulus, written_by,"
    " confirmed_by) SELECT fund_id, 1, $1, '200000', lpad(number::text, 8, '0'), 'Person ' || number, 'not_checkable',"
    " 'writer', 'confirmer' FROM people WHERE $2 <> ''",
    "INSERT INTO payment_due (due_id, council, budget_id, person_id, payee_id, due_kind, fund_id, period_from,"
    " period_to, due_on, value_on, gross_pence, contribution_pence, kept_pence, reference, working)"
    " SELECT fund_id, $1, budget_id, person_id, fund_id, 'schedule', fund_id, '2009-06-01', '2009-06-28',"
    " '2009-06-01', '2009-06-01', 80000, 14000, 14000, 'CARE BUDGET', '[]' FROM people WHERE $2 <> ''",
    "INSERT INTO payment_part (due_id, number, council, fund_id, stream, pence)"
    " SELECT fund_id, 1, $1, fund_id, $2, 80000 FROM people",
)


def _award(fund_id: UUID, budget_id: UUID) -> Entry:
    about = About(uuid5(fund_id, "award"), budget_id, FIRST_DAY, "Award")
    return postings.award(about, Part(fund_id, STREAM, 1_040_000), 182_000)


def _id(kind: str, number: int) -> UUID:
    return uuid5(_PEOPLE, f"{kind}/{number}")
