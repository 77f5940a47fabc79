"""Chromium as the machine has it, and what is asked of every page that it shows."""

import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.async_api import Browser, Page, async_playwright

from gateway.console.session import COOKIE

#: How a test that was skipped for want of a browser says so.
NO_BROWSER = "The pages were not looked at in a browser: install chromium, or name one in BRAID_CHROMIUM"
WIDE, NARROW, HEIGHT = 1280, 320, 900
#: Longest wait for a page or an element, in milliseconds; a busy machine is no reason to fail.
PATIENCE_MS = 120_000
#: The longest way by tab key from one control to another on a page.
TABS_MOST = 60
#: Everything that can be worked with, each group of radios by the one of them that the tab key leads to. What has the
#: keyboard is marked as it comes by. A day is one control with four stops: day, month, year and the calendar.
_CONTROLS = """(() => {
  const seen = element => element.checkVisibility({visibilityProperty: true}) && !element.disabled;
  const alone = element => element.type !== 'radio' ||
    element === [...document.querySelectorAll('input[type=radio]')]
      .filter(each => each.name === element.name && each.form === element.form && seen(each))
      .sort((one, other) => other.checked - one.checked)[0];
  const all = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
  window.controls = [...document.querySelectorAll(all)].filter(each => seen(each) && alone(each));
  window.reached = new Set();
  document.addEventListener('focusin', event => window.reached.add(event.target), true);
  const dates = window.controls.filter(each => each.type === 'date');
  return window.controls.length + 3 * dates.length;
})()"""
_NOT_REACHED = """JSON.stringify(
  window.controls.filter(each => !window.reached.has(each)).map(each => each.outerHTML.slice(0, 200)))"""
#: As on a page that was just opened: the tab key leads to its first control.
_TO_THE_TOP = "document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex')"
_AXE = (Path(axe_playwright_python.__path__[0]) / "axe.min.js").read_text()
_WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
#: A browser that asks nobody for anything by itself.
_QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class NoBrowser(Exception):
    """The machine has no Chromium."""


def chromium_path() -> str:
    """Where Chromium is.

    Raises:
        NoBrowser: nowhere.
    """
    found = os.environ.get("BRAID_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        raise NoBrowser(NO_BROWSER)
    return found


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Chromium without a window."""
    arguments = [*_QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=arguments)
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Visitor:
    """Somebody at a browser, without scripts as all pages are.

    Args:
        page: what they look at.
        url: of the platform.
        looked_at: addresses that were examined, without their queries.
    """

    page: Page
    url: str
    looked_at: set[str]

    async def go(self, path: str) -> None:
        """Go to a page and examine it."""
        await self.page.goto(f"{self.url}{path}")
        await self.examine()

    async def press(self, button: str) -> None:
        """Press a button, or a link that looks like one, and examine what comes."""
        await self.page.get_by_role("button", name=button, exact=True).click()
        await self.examine()

    async def follow(self, link: str) -> None:
        """Follow a link and examine what comes."""
        await self.page.get_by_role("link", name=link).first.click()
        await self.examine()

    async def text(self) -> str:
        """What the main part of the page says."""
        return " ".join((await self.page.locator("main").inner_text()).split())

    async def faults(self) -> list[str]:
        """What stands against the form, from its summary."""
        return (await self.page.get_by_role("alert").locator("li").all_inner_texts()) or []

    async def focus(self) -> str:
        """What the keyboard acts on now: by its id, or its words where it has none."""
        return str(await self._run("document.activeElement.id || document.activeElement.textContent.trim()"))

    async def tab_to(self, wanted: str) -> None:
        """Press the tab key until the keyboard acts on a control."""
        passed = []
        for _ in range(TABS_MOST):
            await self.page.keyboard.press("Tab")
            if (found := await self.focus()) == wanted:
                return
            passed.append(found)
        raise AssertionError(f"the tab key does not lead to {wanted}, but to {passed}")

    async def examine(self) -> None:
        """Hold the page to WCAG 2.2 AA, wide and narrow; it stands whole when narrow and when letters are large."""
        await self.page.wait_for_load_state()
        for width in (NARROW, WIDE):
            await self.page.set_viewport_size({"width": width, "height": HEIGHT})
            assert await self._broken() == [], (self.page.url, width)
            assert await self._wider_than_its_window() == 0, (self.page.url, width)
        await self._run("document.documentElement.style.fontSize = '200%'")
        assert await self._wider_than_its_window() == 0, (self.page.url, "letters of twice the size")
        await self._run("document.documentElement.style.fontSize = ''")
        address = self.page.url.partition("?")[0].partition("#")[0]
        if address not in self.looked_at:
            missed = await self._not_reached()
            assert missed == [], (self.page.url, "the tab key does not lead to", missed)
        self.looked_at.add(address)

    async def _broken(self) -> list[Any]:
        """What axe-core finds, with everything opened that can be."""
        await self._run("document.querySelectorAll('details').forEach(each => each.open = true)")
        await self._run(f"if (!window.axe) {{ {_AXE} }}")
        found = await self._run(
            f"axe.run(document, {{runOnly: {json.dumps(_WCAG)}}}).then(told => JSON.stringify("
            "told.violations.map(one => [one.id, one.nodes.map(node => node.html.slice(0, 200))])))"
        )
        return list(json.loads(found))

    async def _not_reached(self) -> list[str]:
        """Controls that the tab key does not lead to, gone through from the top of the page."""
        await self._run(_TO_THE_TOP)
        for _ in range(int(await self._run(_CONTROLS))):
            await self.page.keyboard.press("Tab")
        missed = list(json.loads(await self._run(_NOT_REACHED)))
        await self._run(_TO_THE_TOP)
        return missed

    async def _wider_than_its_window(self) -> int:
        return int(await self._run("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    async def _run(self, expression: str) -> Any:
        """Run a script as the browser's own tools do: the page's policy forbids all others."""
        tools = await self.page.context.new_cdp_session(self.page)
        try:
            asked = {"expression": expression, "awaitPromise": True, "returnByValue": True}
            answer = await tools.send("Runtime.evaluate", asked)
        finally:
            await tools.detach()
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")


@asynccontextmanager
async def signed_in_as(browser: Browser, url: str, session: str, *, looked_at: set[str]) -> AsyncIterator[Visitor]:
    """Somebody in a browser of their own.

    Args:
        session: sealed as the gateway seals it.
    """
    context = await browser.new_context(locale="en-GB", accept_downloads=True)
    context.set_default_timeout(PATIENCE_MS)
    await context.add_cookies([{"name": COOKIE, "value": session, "url": url}])
    try:
        yield Visitor(await context.new_page(), url, looked_at)
    finally:
        await context.close()
