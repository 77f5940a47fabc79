"""The proof tells what budgets do not keep of what awards set over each other's money, and the journal still holds."""

import asyncio
from datetime import timedelta
from typing import Any

from typer.testing import CliRunner

from braid.command_line.main import app
from braid.contracts.uses import Use
from braid.kit.identity import Role
from tests.ledger.beside_others import LEAST, MOST
from tests.ledger.builders import Stream
from tests.ledger.spending.builders import FIRST_DAY
from tests.ledger.spending.desk import Desk, Line

ASC, ILF = Stream.ADULT_SOCIAL_CARE, Stream.INDEPENDENT_LIVING_FUND
FUNDS_USES, COUNCILS_USES = (Use.CARE_PERSONAL,), (Use.CARE_PERSONAL, Use.LEISURE_ACTIVITY)


async def proof(desk: Desk) -> Any:
    return await desk.get("/v1/journal/proof", Role.AUDITOR)


async def spend(desk: Desk, pence: int, *weeks: int) -> None:
    await desk.plan("Maria", ["Maria Kowalska"], pence)
    taken = await desk.take_in(
        *(Line(FIRST_DAY + timedelta(days=7 * week - 1), "Maria Kowalska", pence) for week in weeks)
    )
    assert taken["queries"] == []


async def test_a_joint_limit_that_a_later_version_of_the_award_sets_is_told_as_passed(desk: Desk) -> None:
    await desk.award(ASC, 5_000_000, uses=COUNCILS_USES)
    await desk.award(ILF, 2_366_000, uses=FUNDS_USES)
    await spend(desk, 4_082_001, 52)
    before = await proof(desk)

    await desk.award(ILF, 2_366_000, uses=FUNDS_USES, others=MOST, version=2)
    after = await proof(desk)

    assert (before["holds"], before["not_kept"]) == (True, [])
    (one,) = after["not_kept"]
    assert (after["holds"], one["budget_id"]) == (True, str(desk.budget_id))
    assert (one["limit_pence"], one["used_pence"]) == (4_082_000, 4_082_001)
    assert "1 June 2009 to 30 May 2010: £40,820.01 was used of the £785.00 a week on average" in one["text"]


async def test_council_money_that_was_never_put_in_is_told(desk: Desk) -> None:
    await desk.award(ASC, 5_000_000, uses=COUNCILS_USES)
    await desk.award(ILF, 2_366_000, uses=FUNDS_USES)
    await spend(desk, 70_000, 1, 2)

    await desk.award(ILF, 2_366_000, uses=FUNDS_USES, others=LEAST, version=2)

    (one,) = (await proof(desk))["not_kept"]
    assert (one["limit_pence"], one["used_pence"]) == (68_000, 0)
    assert "at least £340.00 a week on average from Adult social care" in one["text"]


async def test_money_that_is_spent_by_the_rule_is_not_told(desk: Desk) -> None:
    await desk.award(ASC, 52 * 45_000, uses=COUNCILS_USES)
    await desk.award(ILF, 52 * 40_000, uses=FUNDS_USES, others={**LEAST, **MOST})
    await spend(desk, 70_000, *range(1, 30))

    assert (await proof(desk))["not_kept"] == []


async def test_money_that_is_drawn_from_what_is_held_is_not_told(desk: Desk) -> None:
    await desk.award(ASC, 52 * 45_000, uses=COUNCILS_USES)
    await desk.award(ILF, 52 * 40_000, uses=FUNDS_USES, others={**LEAST, **MOST})
    item = await desk.plan("Maria", ["Maria Kowalska"], 70_000)
    await desk.ask("POST", f"{desk.home}/commitments", {"item_id": str(item)})

    for weeks in ((1, 2, 3), range(4, 30), range(30, 53)):
        await desk.take_in(
            *(Line(FIRST_DAY + timedelta(days=7 * week - 1), "Maria Kowalska", 70_000) for week in weeks)
        )
        assert (await proof(desk))["not_kept"] == []


async def test_the_command_tells_it_and_does_not_fail_for_it(desk: Desk) -> None:
    await desk.award(ASC, 5_000_000, uses=COUNCILS_USES)
    await desk.award(ILF, 2_366_000, uses=FUNDS_USES)
    await spend(desk, 4_082_001, 52)
    await desk.award(ILF, 2_366_000, uses=FUNDS_USES, others=MOST, version=2)
    environment = {"LEDGER_ENVIRONMENT": "test", "LEDGER_DATABASE__URL": desk.ledger.url("app")}

    command = ["ledger", "verify", desk.ledger.council]
    result = await asyncio.to_thread(CliRunner().invoke, app, command, env=environment)

    assert result.exit_code == 0, result.output
    assert f"budget {desk.budget_id}: 1 June 2009 to 30 May 2010: £40,820.01 was used of" in result.output
