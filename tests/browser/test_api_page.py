"""The page of the API in a browser: it tries requests, asks nobody else, and keeps its policy."""

from urllib.parse import urlsplit

import pytest

from tests.browser.chromium import PATIENCE_MS, chromium

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


async def test_the_page_of_the_api_lets_one_try_an_operation_and_asks_nobody_else(url: str) -> None:
    hosts, complaints = set(), []
    async with chromium() as browser:
        page = await browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
        page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(f"{url}/api-docs#/assessment/list_people_v1_people_get")
        # Operations are drawn as they are scrolled to; a link leads to each.
        operation = page.locator("#operations-assessment-list_people_v1_people_get")
        await operation.locator(".opblock-summary-control[aria-expanded=true]").wait_for()
        await page.get_by_role("button", name="Try it out").click()
        await page.get_by_role("button", name="Execute").click()
        await page.locator(".responses-table.live-responses-table").wait_for()
        answered = await page.locator(".live-responses-table tr.response .response-col_status").first.inner_text()
        assert answered.startswith("401")
        await page.get_by_role("link", name="AsyncAPI").click()
        assert '"asyncapi"' in await page.content()

    assert hosts == {urlsplit(url).netloc}
    # The browser tells of the 401 itself, and Swagger UI of the underscores in the link that this test came by.
    expected = ("401", "escaping deep link whitespace")
    assert [told for told in complaints if not any(words in told for words in expected)] == []
