"""The posting function called with columns that our own code never makes: nothing wrong is ever posted (L31)."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from services.ledger.domain import postings
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.postings import Part
from services.ledger.posting.columns import POST_ENTRIES
from services.ledger.queries import FundNow
from tests.ledger.builders import about
from tests.ledger.ledger_under_test import LedgerUnderTest, connected
from tests.ledger.proof.calling import a_revision, act_for, columns

#: The function's parameters in their order, with the type of an element.
TYPES = {
    "entry_ids": "uuid", "kinds": "text", "value_dates": "date", "budget_ids": "uuid", "uses": "text",
    "subject_ids": "uuid", "reversed_ids": "uuid", "reasons": "text", "linked": "integer", "accounts": "integer",
    "leg_entries": "integer", "leg_accounts": "integer", "leg_amounts": "bigint", "commitment_ids": "uuid",
    "commitment_accounts": "integer", "leg_commitments": "integer", "expires_on": "date", "item_ids": "uuid",
}  # fmt: skip
PLACES = {name: place for place, name in enumerate(TYPES)}


def forgeries() -> list[Any]:
    """Parameters as our own code never makes them, by what is wrong: place of the array, and what becomes of it."""
    changes: dict[str, tuple[str, Any]] = {
        "legs of one entry on either side of another's": ("leg_entries", lambda it: [*it[2:4], *it[:2], *it[4:]]),
        "a leg of the last entry first": ("leg_entries", lambda it: [it[-1], *it[:-1]]),
        "a leg of no entry": ("leg_entries", lambda it: [*it[:-1], 99]),
        "a leg of entry nought": ("leg_entries", lambda it: [0, *it[1:]]),
        "a leg that names no entry": ("leg_entries", lambda it: [*it[:-1], None]),
        "accounts in falling order": ("accounts", lambda it: it[::-1]),
        "an account twice": ("accounts", lambda it: [*it[:-1], it[0]]),
        "an account too many": ("accounts", lambda it: [*it, it[-1]]),
        "an account of nobody": ("accounts", lambda it: [*it[:-1], None]),
        "no account between two": ("accounts", lambda it: [it[0], None, *it[1:]]),
        "an account below nought": ("accounts", lambda it: [-5, *it[1:]]),
        "a place beyond the accounts": ("leg_accounts", lambda it: [*it[:-1], 99]),
        "a place below nought": ("leg_accounts", lambda it: [-1, *it[1:]]),
        "a leg on no place": ("leg_accounts", lambda it: [*it[:-1], None]),
        "legs in falling order": ("leg_accounts", lambda it: it[::-1]),
        "an amount too few": ("leg_amounts", lambda it: it[:-1]),
        "an amount too many": ("leg_amounts", lambda it: [*it, 5]),
        "no amount": ("leg_amounts", lambda it: [*it[:-1], None]),
        "no first amount": ("leg_amounts", lambda it: [None, *it[1:]]),
        "no account first": ("leg_accounts", lambda it: [None, *it[1:]]),
        "the largest amounts": ("leg_amounts", lambda it: [2**63 - 1] * len(it)),
        "the smallest amounts": ("leg_amounts", lambda it: [-(2**63)] * len(it)),
        "no id": ("entry_ids", lambda it: [None, *it[1:]]),
        "ids all the same": ("entry_ids", lambda it: it[:1] * len(it)),
        "an id too many": ("entry_ids", lambda it: [*it, uuid4()]),
        "an id too few": ("entry_ids", lambda it: it[:-1]),
        "no kind": ("kinds", lambda it: [None] * len(it)),
        "an unknown kind": ("kinds", lambda it: ["gift"] * len(it)),
        "reversals of nothing": ("kinds", lambda it: ["reversal"] * len(it)),
        "no day": ("value_dates", lambda it: [None] * len(it)),
        "no budget": ("budget_ids", lambda it: [None] * len(it)),
        "no reason": ("reasons", lambda it: [None] * len(it)),
        "a commitment twice": ("commitment_ids", lambda it: it[:1] * len(it)),
        "no commitment": ("commitment_ids", lambda it: [None] * len(it)),
        "commitments too few": ("commitment_ids", lambda it: it[:-1]),
        "commitments on other accounts": ("commitment_accounts", lambda it: [2] * len(it)),
        "commitments on no account": ("commitment_accounts", lambda it: [99] * len(it)),
        "legs of other commitments": ("leg_commitments", lambda it: [1 if place else 0 for place in it]),
        "legs of commitments that are not there": ("leg_commitments", lambda it: [99 if place else 0 for place in it]),
        "legs of no commitment": ("leg_commitments", lambda it: [0] * len(it)),
        "no accounts at all": ("accounts", lambda it: []),
        "no legs at all": ("leg_entries", lambda it: []),
        "nothing where the accounts stand": ("accounts", lambda it: None),
    }
    return [pytest.param(name, change, id=wrong) for wrong, (name, change) in changes.items()]


@pytest.mark.parametrize(("name", "change"), forgeries())
async def test_whatever_the_posting_function_is_called_with_the_journal_holds(
    ledger: LedgerUnderTest, name: str, change: Any
) -> None:
    """Refused by an error, or answered and right: never a half, and never a line that the proof does not bear out."""
    fund = await ledger.open_fund()

    def forged(parameters: list[Any]) -> None:
        parameters[PLACES[name]] = change(parameters[PLACES[name]])

    await call_forged(ledger, fund, forged)


def renumber_accounts(parameters: list[Any]) -> None:
    """Accounts in falling order, and every place in them as it then is."""
    count = len(parameters[PLACES["accounts"]])
    parameters[PLACES["accounts"]].reverse()
    for name in ("leg_accounts", "commitment_accounts"):
        parameters[PLACES[name]] = [count + 1 - place if place else 0 for place in parameters[PLACES[name]]]
    legs = sorted(zip(*(parameters[place] for place in LEG_COLUMNS), strict=True))
    for place, column in zip(LEG_COLUMNS, zip(*legs, strict=True), strict=True):
        parameters[place] = list(column)


def scatter_legs(parameters: list[Any]) -> None:
    """Two more legs of the first entry, in balance, behind those of the last."""
    for place in LEG_COLUMNS:
        parameters[place] = parameters[place] + parameters[place][:2]


def add_an_account_in_front(parameters: list[Any]) -> None:
    """The first account once more, as another place of which the last entry's legs are on."""
    parameters[PLACES["accounts"]].insert(0, parameters[PLACES["accounts"]][0])
    for name in ("leg_accounts", "commitment_accounts"):
        parameters[PLACES[name]] = [place + 1 if place else 0 for place in parameters[PLACES[name]]]


def hide_the_order_behind_no_account(parameters: list[Any]) -> None:
    """Accounts in falling order, with none between each two."""
    renumber_accounts(parameters)
    parameters[PLACES["accounts"]] = [each for account in parameters[PLACES["accounts"]] for each in (account, None)]
    for name in ("leg_accounts", "commitment_accounts"):
        parameters[PLACES[name]] = [2 * place - 1 if place else 0 for place in parameters[PLACES[name]]]


LEG_COLUMNS = [PLACES[name] for name in ("leg_entries", "leg_accounts", "leg_amounts", "leg_commitments")]


@pytest.mark.parametrize(
    "forged", [renumber_accounts, scatter_legs, add_an_account_in_front, hide_the_order_behind_no_account]
)
async def test_parameters_that_fit_together_and_are_not_in_order_do_no_harm(
    ledger: LedgerUnderTest, forged: Any
) -> None:
    await call_forged(ledger, await ledger.open_fund(), forged)


async def call_forged(ledger: LedgerUnderTest, fund: FundNow, forged: Callable[[list[Any]], None]) -> None:
    part = Part(fund.fund_id, fund.fund.stream, 100)
    first, second = (
        postings.committed(about(budget=fund.fund.budget_id, subject_id=uuid4()), [part]) for _ in range(2)
    )
    async with connected(ledger.url("app")) as db:
        await act_for(db, ledger.council, for_transaction=False)
        parameters = await columns(db, first, a_revision(fund), second)
        forged(parameters)
        try:
            answers = (await db.fetchrow(POST_ENTRIES, *parameters))["answers"]
        except asyncpg.PostgresError:
            answers = []

    proof = await ledger.proof()
    assert proof.holds, proof
    assert proof.entries == 1 + answers.count("posted")


SHAPES: dict[str, Callable[[list[str]], str]] = {
    "a row of its own": lambda it: "{{" + ",".join(it) + "}}",
    "a row for each": lambda it: "{" + ",".join(f"{{{each}}}" for each in it) + "}",
    "counted from 0": lambda it: f"[0:{len(it) - 1}]={{{','.join(it)}}}",
    "counted from 2": lambda it: f"[2:{len(it) + 1}]={{{','.join(it)}}}",
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=list(SHAPES))
async def test_an_array_of_another_shape_posts_nothing(
    ledger: LedgerUnderTest, shape: Callable[[list[str]], str]
) -> None:
    """Its places and its elements in turn are not the same: a rule would look at one and the journal hold another."""
    fund = await ledger.open_fund()
    part = Part(fund.fund_id, fund.fund.stream, 100)
    held = postings.committed(about(budget=fund.fund.budget_id, subject_id=uuid4()), [part])
    gambled = about(budget=fund.fund.budget_id, use="never.gambling")
    async with connected(ledger.url("app")) as db:
        await act_for(db, ledger.council, for_transaction=False)
        right = await columns(db, held, postings.spent(gambled, [part], source=Account.FUND_AVAILABLE))
        for place, element in enumerate(TYPES.values()):
            types = [f"${number}::{each}[]" for number, each in enumerate(TYPES.values(), start=1)]
            types[place] = f"${place + 1}::text::{element}[]"
            elements = ["NULL" if each is None else f'"{each}"' for each in right[place]]
            with pytest.raises(asyncpg.InvalidParameterValueError):
                await db.fetchrow(
                    f"SELECT post_entries({', '.join(types)})", *right[:place], shape(elements), *right[place + 1 :]
                )

    assert (await ledger.proof()).entries == 1
