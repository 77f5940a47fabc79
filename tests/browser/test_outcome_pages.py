"""Pages of outcomes full of figures, in a browser: what a journey of a few people cannot bring about.

Each is held to WCAG 2.2 AA by axe-core, at 1280 and 320 pixels, and stands whole with letters of twice the size; see
``Visitor.examine``. The journeys lead to the same pages over the real services.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from braid.kit.identity import Principal
from braid.kit.processes import http_server
from braid.kit.settings import HttpSettings
from tests.browser.chromium import chromium, signed_in_as
from tests.gateway import (
    test_council_report_pages,
    test_evaluation_pages,
    test_licence_pages,
    test_return_pages,
)
from tests.gateway.doubles import PRACTITIONER, StubGateway, stub_gateway
from tests.gateway.outcomes import CARER_ID, HOLDER, OTHER_ID, RESPONSE_ID, a_row, fill_outcomes
from tests.gateway.payments import FINANCE
from tests.gateway.whole import PERSON_ID

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600), pytest.mark.xdist_group("browser")]

HOME = f"/people/{PERSON_ID}/outcomes"
CARERS_ID = UUID(int=7)


@pytest.fixture
def stub(tmp_path: Path) -> StubGateway:
    """A gateway over services that answer from a table."""
    return stub_gateway(tmp_path)


@pytest.fixture
async def url(stub: StubGateway) -> AsyncIterator[str]:
    """Where a browser finds it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    server = http_server(stub.app, HttpSettings(host="127.0.0.1", port=port))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        assert not serving.done(), "the server has stopped"
        await asyncio.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await serving


def fill(stub: StubGateway) -> None:
    """Somebody who answered for a year, a carer, and everything that finance officers look at."""
    fill_outcomes(
        stub,
        a_row(recorded_by=HOLDER.subject),
        a_row(OTHER_ID, wave="six_months", answered_on=date(2026, 12, 1), respondent="proxy"),
        a_row(CARERS_ID, carer_id=CARER_ID),
        on=date(2027, 2, 1),
    )
    test_council_report_pages.fill(stub)
    test_return_pages.fill(stub)
    test_licence_pages.fill(stub, test_licence_pages.stated(wordings=[test_licence_pages.WORDS]))
    test_evaluation_pages.fill(stub)


@pytest.mark.parametrize(
    ("principal", "paths"),
    [
        (
            FINANCE,
            (
                test_council_report_pages.LIST,
                test_council_report_pages.PAGE,
                test_evaluation_pages.LIST,
                test_evaluation_pages.PAGE,
                test_return_pages.LIST,
                test_return_pages.PAGE,
                test_licence_pages.LIST,
                test_licence_pages.PAGE,
            ),
        ),
        (
            PRACTITIONER,
            (
                HOME,
                f"{HOME}/answered/{OTHER_ID}",
                f"{HOME}/answered/{OTHER_ID}/taking-back",
                f"{HOME}/new?instrument=life&wave=yearly:1",
            ),
        ),
        (
            HOLDER,
            (
                HOME,
                f"{HOME}/answered/{RESPONSE_ID}",
                f"{HOME}/asked/life/yearly/1",
                f"{HOME}/asked/life/yearly/1/questions/satisfaction",
                f"{HOME}/asked/life/yearly/1/answers",
            ),
        ),
    ],
    ids=["finance officer", "practitioner", "budget holder"],
)
async def test_pages_full_of_figures_are_good_to_read(
    stub: StubGateway, url: str, principal: Principal, paths: tuple[str, ...]
) -> None:
    fill(stub)
    session = stub.sessions.of(principal)
    async with chromium() as browser, signed_in_as(browser, url, session, looked_at=set()) as at:
        for path in paths:
            await at.go(path)
            assert "Page not found" not in await at.text()
