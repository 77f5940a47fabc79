"""Mutants of the posting SQL put into a database, and the tests that notice them run against it.

``python -m tests.ledger.proof.mutants`` tries them all on a server of its own and fails where one lives.
"""

import asyncio
import itertools
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from braid.command_line.embedded_platform import Databases
from tests.ledger.ledger_under_test import LedgerUnderTest, connected
from tests.ledger.proof.wrong_lines import MUTANTS, Mutant, Test
from tests.real_parts.databases import FreshDatabases, test_postgres

#: A mutant that waits for ever is noticed too.
SECONDS_MOST = 20
#: Some of each kind, for every run of the tests; the command tries them all.
SOME = MUTANTS[::3]


class Lives(AssertionError):
    """A mutant that no test noticed, or a test that fails without it."""


async def must_be_noticed(mutant: Mutant, databases: Databases, councils: Iterator[str]) -> None:
    """Put a mutant in, run its test, and put the function right again.

    Raises:
        Lives: the test holds with the mutant, or does not without it.
    """
    right = await definition_of(mutant.function, databases)
    if right.count(mutant.right) != 1:
        raise Lives(
            f"{mutant.name}: the text that it changes stands in {mutant.function} {right.count(mutant.right)} times"
        )
    await define(right.replace(mutant.right, mutant.wrong), databases)
    try:
        failure = await outcome_of(mutant.killer, databases, next(councils))
    finally:
        await define(right, databases)
    if failure is None:
        raise Lives(f"{mutant.name}: {mutant.killer.__name__} holds all the same")


async def outcome_of(test: Test, databases: Databases, council: str) -> BaseException | None:
    """How a test fails for a council of its own; None where it holds."""
    ledger = LedgerUnderTest(databases, council=council)
    try:
        async with asyncio.timeout(SECONDS_MOST):
            await test(ledger)
    except (Exception, pytest.fail.Exception) as failure:
        return failure
    finally:
        await ledger.close()
    return None


async def definition_of(function: str, databases: Databases) -> str:
    """A function as the database has it."""
    ledger = LedgerUnderTest(databases, council="")
    async with connected(ledger.url("superuser")) as db:
        return str(await db.fetchval("SELECT pg_get_functiondef($1::regproc)", function))


async def define(definition: str, databases: Databases) -> None:
    """Make a function what is given."""
    async with connected(LedgerUnderTest(databases, council="").url("superuser")) as db:
        await db.execute(definition)


async def alive_of(mutants: Sequence[Mutant], databases: Databases) -> list[str]:
    """What is told of mutants that live, and of tests that fail without any."""
    councils, told = (f"E10{number:06}" for number in itertools.count(1)), []
    for killer in dict.fromkeys(mutant.killer for mutant in mutants):
        failure = await outcome_of(killer, databases, next(councils))
        if failure is not None:
            told.append(f"{killer.__name__} fails without any mutant: {failure!r}")
    for mutant in mutants:
        try:
            await must_be_noticed(mutant, databases, councils)
        except Lives as lives:
            told.append(str(lives))
    return told


def main() -> None:
    """Try them all on a server of its own."""
    with tempfile.TemporaryDirectory() as folder, test_postgres(Path(folder)) as server:
        databases = FreshDatabases(server.admin_url())
        databases.make_templates()

        async def tried() -> list[str]:
            return await alive_of(MUTANTS, await databases.copy())

        alive = asyncio.run(tried())
    print("\n".join(alive) or f"{len(MUTANTS)} mutants, each noticed by its test")
    if alive:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
