"""What is asked of the gateway each day for a council; each page under a key of its day, so that it is done once."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Any

from braid.command_line.demonstration_text import pounds
from braid.command_line.system_client import Away, ClientSettings, Refused, SystemClient, signing_in

REFUSED = 1
#: EX_TEMPFAIL of sysexits.h: nothing is wrong with what was asked, and it is to be asked again.
AWAY = 75

Tell = Callable[..., None]


async def call_daily(settings: ClientSettings, on: date, tell: Tell) -> int:
    """Do a council's day and tell what came of it; the exit code."""
    try:
        async with signing_in(settings) as system:
            return await do_day(system, settings.council, on, tell)
    except Away as error:
        tell(f"{settings.council}: {error} Nothing is done twice: run this again.", err=True)
        return AWAY
    except Refused as error:
        tell(f"{settings.council}: {error}", err=True)
        return REFUSED


async def do_day(system: SystemClient, council: str, on: date, tell: Tell) -> int:
    """Do a council's day: what one thing is refused keeps none of the others back. Returns the exit code.

    Raises:
        Away: the issuer or the gateway cannot be reached, and what is left is not done.
        Refused: the issuer gives the client no token for this council.
    """
    await system.sign_in()
    code = 0
    for task in _TASKS:
        try:
            tell(f"{council}, {on:%d %B %Y}: {await task(system, on)}")
        except Refused as error:
            tell(f"{council}, {on:%d %B %Y}: {error}", err=True)
            code = REFUSED
    return code


async def _let_go_of_what_has_run_out(system: SystemClient, on: date) -> str:
    count, pence, turn = 0, 0, 0
    while True:
        turn += 1
        told = await system.post("/v1/commitments:expire", f"daily-{on}-expiry-{turn}", body={"as_of": f"{on}"})
        ended = len(told["commitment_ids"])
        count += ended
        pence += told["released_pence"]
        if ended < told["most"]:
            return f"commitments that had run out: {count}, with {pounds(pence)} that is free again"


async def _watch(system: SystemClient, on: date) -> str:
    pages = await _pages(system, "/v1/budget-watch", f"daily-{on}-watch", {"on": f"{on}"})
    return f"budgets looked at: {sum(page['watched'] for page in pages)}"


async def _tell_spending(system: SystemClient, on: date) -> str:
    weeks, turn = 0, 0
    while True:
        turn += 1
        told = await system.post("/v1/spending:tell", f"daily-{on}-spending-{turn}")
        weeks += told["weeks"]
        if told["is_all"]:
            return f"weeks of budgets whose spending was told: {weeks}"


async def _forget(system: SystemClient, on: date) -> str:
    pages = await _pages(system, "/v1/forgetting", f"daily-{on}-forgetting", {})
    forgotten, kept = sum(page["forgotten"] for page in pages), sum(len(page["kept"]) for page in pages)
    return f"budgets of erased people whose words are gone now: {forgotten}, and still kept: {kept}"


async def _discard_returns(system: SystemClient, on: date) -> str:
    told = await system.post("/v1/client-level-data-returns:discard", f"daily-{on}-returns")
    return f"returns whose files are discarded now: {told['discarded']}"


async def _pages(system: SystemClient, path: str, key: str, query: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every page of what is asked some at a time, until ``next`` is null."""
    pages = [await system.post(path, key, query=query)]
    while after := pages[-1]["next"]:
        pages.append(await system.post(path, f"{key}-{after}", query={**query, "after": after}))
    return pages


_TASKS: tuple[Callable[[SystemClient, date], Awaitable[str]], ...] = (
    _let_go_of_what_has_run_out,
    _watch,
    _tell_spending,
    _forget,
    _discard_returns,
)
