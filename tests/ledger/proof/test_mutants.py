"""The tests notice when a line of the posting SQL is wrong (tests.ledger.proof.mutants)."""

from tests.ledger.proof.mutants import SOME, alive_of
from tests.ledger.proof.wrong_lines import MUTANTS
from tests.real_parts.databases import FreshDatabases


async def test_a_wrong_line_of_the_posting_function_is_noticed(fresh_databases: FreshDatabases) -> None:
    databases = await fresh_databases.copy()

    alive = await alive_of(SOME, databases)
    await fresh_databases.drop(databases)

    assert alive == []


def test_mutants_are_told_apart() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 40
    assert len(SOME) >= 15
