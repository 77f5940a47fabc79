"""A council's staff at work in a browser: assessments agreed, figures settled, plans decided on, people paid.

Every page on the way is held to WCAG 2.2 AA by axe-core, at 1280 and 320 pixels, and stands whole with letters of twice
the size; see ``Visitor.examine``.
"""

import asyncio
import base64
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from playwright.async_api import Browser

from braid.command_line.demonstration import Reviewed, asked, example_people, review_assessment, signed_in
from braid.command_line.early_users import Office, Story, early_users, office, tell_story
from braid.command_line.embedded_platform import Databases
from braid.kit.identity import Principal, Role
from gateway.development_issuer import EXAMPLE_COUNCIL
from gateway.sessions import Sessions
from tests.browser.chromium import Visitor, chromium, signed_in_as
from tests.browser.every_page import look_at_the_others, page_routes
from tests.ledger.bank_files.bank_answers import pain002
from tests.ledger.spending.desk import MAPPING
from tests.real_parts.dead_letters import bury_broken_message

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1800), pytest.mark.xdist_group("browser")]

PATIENCE_S = 300.0
NIGHTS = "The log shows a call in each of the last ten nights."
NOBODY_LISTENS = "http://127.0.0.1:9/events"
REASONS = "Two agencies in the area are cheaper. Ask them, and hand the plan in again."
#: Early users whose plan is a draft, waits for approval, and is paid.
DRAFT, WAITING, PAID = 2, 3, 7


@dataclass
class Council:
    """The example council with three people's plans, and its staff at their browsers."""

    practitioner: Visitor
    approver: Visitor
    finance: Visitor
    second: Visitor
    auditor: Visitor
    operations: Visitor
    holder: Visitor
    delegate: Visitor
    draft: Story
    waiting: Story
    paid: Story
    reviewed: Reviewed


async def told(at: Office, row: int, course: tuple[str, ...] | None = None) -> Story:
    """One early user's story; as far as a course goes, where one is given."""
    user = next(one for one in early_users() if one.row == row)
    user = user if course is None else replace(user, course=course)
    return await tell_story(at, user, reference=f"in-a-browser-{row}", patience_s=PATIENCE_S)


async def buys_petrol(url: str, story: Story) -> None:
    """Have a bank statement taken in with a line that nothing in the plan fits."""
    rows = "Date,Amount,Payee,Text\r\n2009-06-08,-84.50,Corner Garage,petrol"
    file = {"format": "csv", "content": base64.b64encode(rows.encode()).decode(), "mapping": MAPPING}
    async with signed_in(url, "finance_officer", "spending") as finance:
        path = f"/v1/people/{story.person_id}/budget/spending-files"
        await asked(finance, "POST", path, {**file, "account": "12345612345678"})


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Chromium."""
    async with chromium() as started:
        yield started


@pytest.fixture
async def council(url: str, sessions: Sessions, browser: Browser, databases: Databases) -> AsyncIterator[Council]:
    """The council and its staff."""
    async with office(lambda role, name: signed_in(url, role, name)) as at:
        draft, waiting, paid = await told(at, DRAFT, ()), await told(at, WAITING), await told(at, PAID)
    async with signed_in(url, "practitioner", "reviewer") as practitioner:
        someone = next(person for person in example_people() if "three-streams" in person.reference)
        reviewed = await review_assessment(practitioner, someone, reference="in-a-browser-reviewed")
    await buys_petrol(url, paid)
    await bury_broken_message(databases, "ras", waiting.person_id, EXAMPLE_COUNCIL, "nothing of use")
    looked_at: set[str] = set()
    async with AsyncExitStack() as stack:

        async def sits_down(role: Role, name: str = "example", person_id: UUID | None = None) -> Visitor:
            session = sessions.of(Principal(f"{role}:{name}", EXAMPLE_COUNCIL, frozenset({role}), person_id))
            return await stack.enter_async_context(signed_in_as(browser, url, session, looked_at=looked_at))

        yield Council(
            practitioner=await sits_down(Role.PRACTITIONER, "planner"),
            approver=await sits_down(Role.APPROVER, "panel"),
            finance=await sits_down(Role.FINANCE_OFFICER, "builder"),
            second=await sits_down(Role.FINANCE_OFFICER, "second"),
            auditor=await sits_down(Role.AUDITOR),
            operations=await sits_down(Role.OPERATIONS),
            holder=await sits_down(Role.BUDGET_HOLDER, person_id=waiting.person_id),
            delegate=await sits_down(Role.DELEGATE),
            draft=draft,
            waiting=waiting,
            paid=paid,
            reviewed=reviewed,
        )


async def test_staff_walk_from_the_figure_to_the_money(council: Council, tmp_path: Path) -> None:
    await a_plan_is_looked_at_while_it_is_written(council)
    await a_practitioner_settles_and_hands_in(council)
    await an_approver_refuses_with_reasons(council)
    await finance_pays(council, tmp_path)
    await a_review_is_held(council)
    await a_practitioner_agrees(council)
    await staff_find_their_cases(council)
    await money_is_looked_at(council)
    await a_scenario_is_tried(council)
    await answers_about_a_life_are_recorded(council)
    await a_licence_is_stated(council)
    await reports_are_read(council)
    await an_evaluation_and_a_return_are_made(council)
    await letters_are_mended(council)
    await a_system_is_told(council)
    await looking_is_looked_at(council)
    await others_look(council)
    await a_holder_challenges_and_tells_of_a_change(council)
    await every_page_is_looked_at(council, tmp_path / "routes")


async def a_plan_is_looked_at_while_it_is_written(council: Council) -> None:
    plan = council.draft.plan
    item = plan["content"]["items"][0]["item_id"]
    for form in ("items/catalogue", "items/new", f"items/{item}", f"items/{item}/removal", "wishes", "money"):
        await council.practitioner.go(f"/plans/{plan['plan_id']}/{form}")


async def a_practitioner_settles_and_hands_in(council: Council) -> None:
    at = council.practitioner
    await at.go("/people")
    await at.page.get_by_label("Find somebody").fill(f"IN-A-BROWSER-{DRAFT}")
    await at.press("Search")
    assert "1 person found." in await at.text()
    await at.page.locator(f'a[href="/people/{council.draft.person_id}"]').click()
    await at.examine()
    await at.follow("See what each answer is worth")
    await at.press("Settle the final figure")
    await at.page.get_by_label("Decided on").fill("")
    await at.press("Settle the figure")
    assert await at.faults() == ["Enter the day of the decision"]
    await at.page.get_by_label("Decided on").fill("2009-06-01")
    await at.press("Settle the figure")
    assert "The final figure is settled." in await at.text()

    await at.go(f"/people/{council.draft.person_id}")
    await at.follow("The support plans")
    await at.follow("Support plan 1")
    await at.press("Hand the plan in")
    await at.page.get_by_label("Handed in on").fill("2009-06-02")
    await at.press("Hand it in")
    assert "The plan is handed in." in await at.text()


async def an_approver_refuses_with_reasons(council: Council) -> None:
    at = council.approver
    await at.go("/approvals")
    await at.page.locator(f'a[href="/plans/{council.waiting.plan["plan_id"]}"]').click()
    await at.examine()
    await at.press("Decide on the plan")
    await at.press("Write the decision down")
    assert (await at.faults())[:2] == ["Select what you decide", "Enter your reasons: the person reads them"]
    await refuses_by_keyboard(at)
    assert REASONS in await at.text()

    await council.holder.go(f"/plans/{council.waiting.plan['plan_id']}")
    assert REASONS in await council.holder.text()


async def refuses_by_keyboard(at: Visitor) -> None:
    """Fill the form in without ever touching a pointer."""
    keys = at.page.keyboard
    await keys.press("Tab")
    assert await at.focus() == "Skip to main content"
    await keys.press("Enter")
    await at.tab_to("decision")
    await keys.press("Space")
    await keys.press("ArrowDown")
    await keys.press("ArrowDown")
    await at.tab_to("reasons")
    await keys.type(REASONS)
    await at.tab_to("declares")
    await keys.press("Space")
    await at.tab_to("Write the decision down")
    await keys.press("Enter")
    await at.page.get_by_text("What was decided, and why").wait_for()
    await at.examine()


async def finance_pays(council: Council, tmp_path: Path) -> None:
    at = council.finance
    await at.go("/payments")
    await at.press("Build a run")
    await at.page.get_by_label("Due by").fill("2009-06-01")
    await at.page.get_by_label("Paid on").fill("2009-06-06")
    await at.press("Build the run")
    assert "6 June 2009 is a Saturday" in " ".join(await at.faults())
    await at.page.get_by_label("Paid on").fill("2009-06-01")
    await at.press("Build the run")
    run = at.page.url.partition("?")[0].removeprefix(at.url)
    await at.press("Check the payments")
    assert "You built this run, so somebody else approves it." in await at.text()

    await council.second.go(run)
    await council.second.press("Approve the run")

    await at.go(run)
    assert "Approved by finance_officer:second" in await at.text()
    await at.press("Make the file")
    await at.page.get_by_label("ISO 20022").check()
    await at.page.get_by_label("Name of the account").fill("Example Council")
    await at.page.get_by_label("Sort code").fill("20-00-00")
    await at.press("Make the file")
    assert await at.faults() == ["Enter the account number, 8 digits"]
    assert await at.page.get_by_label("Sort code").input_value() == "20-00-00"
    await at.page.get_by_label("Account number").fill("73124567")
    await at.press("Make the file")
    file = await downloaded(at, tmp_path)
    await at.press("Tell that the file went to the bank")
    await the_bank_answers(at, file, tmp_path)
    await at.follow("The run that it is about")
    assert "Done" in await at.text()


async def downloaded(at: Visitor, tmp_path: Path) -> str:
    """The run's file, as a person gets it."""
    async with at.page.expect_download() as download:
        await at.page.get_by_role("link", name="Download the file").click()
    await (await download.value).save_as(tmp_path / "run.xml")
    return (tmp_path / "run.xml").read_text()


async def the_bank_answers(at: Visitor, file: str, tmp_path: Path) -> None:
    """Bring in a report that every payment of the file was made; the file itself is no answer."""
    await at.go("/payments/bank-answer")
    field = at.page.get_by_label("The file as the bank sent it")
    await field.set_input_files(tmp_path / "run.xml")
    await at.press("Take it in")
    assert "The file must be a status report" in " ".join(await at.faults())
    (tmp_path / "report.xml").write_bytes(status_report_on(file))
    await field.set_input_files(tmp_path / "report.xml")
    await at.press("Take it in")
    assert "payment: paid" in await at.text()


def status_report_on(file: str) -> bytes:
    """The bank's report that it made every payment of a file."""
    message, *_ = re.findall(r"<MsgId>([^<]+)</MsgId>", file)
    made = [(payment, "ACSC", "") for payment in re.findall(r"<EndToEndId>([^<]+)</EndToEndId>", file)]
    return pain002(made, about=message)


async def a_review_is_held(council: Council) -> None:
    at = council.practitioner
    await at.go(f"/people/{council.paid.person_id}/reviews")
    await at.press("Ask for a review")
    await at.page.get_by_label("Why should it be looked at?").fill("The carer has moved away.")
    await at.page.get_by_label("By when?").fill("2009-09-01")
    await at.press("Ask for it")
    assert "The review is asked for." in await at.text()
    await at.follow("First review")
    await at.press("Write down what came of it")
    await at.page.get_by_label("Held on").fill("2009-08-20")
    await at.press("Write it down")
    assert "Enter what was said" in await at.faults()
    for met in await at.page.get_by_label("Partly met").all():
        await met.check()
    await at.page.get_by_label("What was said").fill("The nights are better.")
    await at.page.get_by_label("It carries on").check()
    await at.press("Write it down")
    assert "What came of the review is written down" in await at.text()


async def a_practitioner_agrees(council: Council) -> None:
    """Both answers are seen side by side, one is disputed and settled, and the assessment is agreed."""
    at = council.practitioner
    await at.go(f"/people/{council.reviewed.person_id}/assessments")
    assert "Nothing stands before the agreement" in await at.text()
    await looks_at_nights(at)
    await at.press("Put it beside the person’s answer")
    assert await at.faults() == ["Select an answer", "Enter your reason: the person reads it"]
    await at.page.get_by_label(re.compile("has to stay awake")).check()
    await at.page.get_by_label("Why you see it so").fill(NIGHTS)
    await at.press("Put it beside the person’s answer")
    assert "1 matter stands before the agreement" in await at.text()
    await at.press("Agree the assessment")
    assert await at.faults() == ["Help at night: the practitioner disputes it, and whose answer counts is not settled"]
    await looks_at_nights(at)
    await settles_by_keyboard(at)
    assert "The person’s answer counts." in await at.text()
    await at.page.get_by_label("Agreed on").fill(council.reviewed.on)
    await at.press("Agree the assessment")
    assert "The assessment is agreed and frozen." in await at.text()
    assert NIGHTS in await at.text()


async def looks_at_nights(at: Visitor) -> None:
    await at.page.locator('a[href$="/questions/nights"]').click()
    await at.examine()


async def settles_by_keyboard(at: Visitor) -> None:
    """Settle a dispute without ever touching a pointer."""
    keys = at.page.keyboard
    await at.tab_to("counts")
    await keys.press("Space")
    await at.tab_to("because")
    await keys.type("We looked at the log together.")
    await at.tab_to("person_agrees")
    await keys.press("Space")
    await at.tab_to("Write it down")
    await keys.press("Enter")
    await at.page.get_by_text("It is written down whose answer counts.").wait_for()
    await at.examine()


async def staff_find_their_cases(council: Council) -> None:
    """The list tells whose turn it is, is narrowed by filters, and takes them off again."""
    at = council.approver
    await at.go("/people")
    # To examine a page is to open what can be opened on it: the filters are in sight.
    await at.page.get_by_label("An approver").check()
    await at.press("Apply the filters")
    assert "1 case, the longest wait first." in await at.text()
    await at.page.locator(".chip").click()
    await at.examine()
    assert at.page.url == f"{at.url}/people"
    await at.go("/people?overdue=yes&stream=access_to_work")


async def money_is_looked_at(council: Council) -> None:
    """A question about spending is answered by asking the money back, and somebody else decides that."""
    at, home = council.finance, f"/people/{council.paid.person_id}"
    for path in ("/money/alerts", "/money/matters", "/money"):
        await at.go(path)
    await at.go(f"{home}/money")
    await at.follow("Nothing in the plan fits")
    await at.press("Continue")
    assert await at.faults() == ["Select which answer it is"]
    await at.page.get_by_label("It is to be paid back").check()
    await at.press("Continue")
    await at.press("Propose it")
    assert await at.faults() == ["Enter your reason: the person reads it", "Select whose money it was"]
    await at.page.get_by_label("Whose money it was").select_option(index=1)
    await at.page.get_by_label("Why").fill("Petrol is not in the plan.")
    await at.press("Propose it")
    assert "The recovery is proposed." in await at.text()
    recovery = await at.page.locator('a[href*="/recoveries/"]', has_text="£84.50").get_attribute("href")

    await council.second.go(recovery or "")
    await council.second.press("Decide that it is owed")
    await council.second.press("Decide that it is owed")
    assert "£84.50" in await council.second.text()
    for step in ("appeal", "write-off", "receipt"):
        await council.second.go(f"{recovery}/{step}")
    await at.go(f"{home}/recoveries/new")


async def a_scenario_is_tried(council: Council) -> None:
    at = council.finance
    await at.go("/scenarios")
    await at.page.get_by_label("Prices change by").fill("many")
    await at.press("Work it out")
    assert await at.faults() == ["Enter by how many per cent prices change, such as 2.5 or -1"]
    await at.page.get_by_label("Prices change by").fill("2.5")
    await at.press("Work it out")
    await has_ended(at)
    assert "2.5% higher" in await at.text()
    assert "would gain" in await at.text()


async def answers_about_a_life_are_recorded(council: Council) -> None:
    """By a practitioner for the person, wrongly at first, and then as it was."""
    at, home = council.practitioner, f"/people/{council.paid.person_id}/outcomes"
    await at.go(f"/people/{council.paid.person_id}")
    await at.follow("Outcomes: what the person and carers answer")
    await at.follow("Record Three questions about your life, at the start")
    await at.press("Record the answers")
    assert await at.faults() == ["Select who answered", "Select at least one answer"]
    await records(at, "Very bad")
    assert "2 on a scale from 1 to 7." in await at.text()
    await at.follow("Something is wrong with these answers")
    await at.press("Take them back")
    assert await at.faults() == ["Enter what is wrong with the answers"]
    await at.page.get_by_label("What is wrong with them?").fill("It was another day’s sheet.")
    await at.press("Take them back")
    assert "It was another day’s sheet." in await at.text()
    await at.follow("Record Three questions about your life, at the start")
    await records(at, "Very good")
    assert "Answered by a proxy" in await at.text()
    await at.go(home)
    assert "Answered by somebody else" in await at.text()
    await at.go("/outcomes/due")
    assert "Answers that are due" in await at.text()


async def records(at: Visitor, quality_of_life: str) -> None:
    await at.page.get_by_label("Somebody for the person").check()
    await at.page.get_by_label("Answered on").fill("2026-06-01")
    await at.page.get_by_label(quality_of_life, exact=True).check()
    await at.press("Record the answers")
    assert "The answers are recorded." in await at.text()


async def a_licence_is_stated(council: Council) -> None:
    at = council.finance
    await at.go("/outcomes/instruments")
    await at.follow("GHQ-12")
    await at.page.get_by_label("Reference").fill("GLA-2026-1")
    await at.press("State it")
    assert await at.faults() == ["Enter the first day of the licence", "Enter why you state it"]
    await at.page.locator("#from_day-0").fill("2026-01-01")
    await at.page.get_by_label("Why do you state it?").fill("Bought for this year.")
    await at.press("State it")
    assert "The statement is kept." in await at.text()
    await at.follow("Instruments and licences")
    assert "No words are loaded, so answers are recorded by their levels." in await at.text()
    await council.practitioner.go(f"/people/{council.paid.person_id}/outcomes")
    await council.practitioner.follow("Record GHQ-12, at the start")
    assert "Question 12: psychological well-being" in await council.practitioner.text()


async def reports_are_read(council: Council) -> None:
    """Each of them, by the council's approver."""
    at = council.approver
    await at.go("/outcomes/reports")
    addresses = [await link.get_attribute("href") or "" for link in await at.page.locator(".cards a").all()]
    assert addresses
    for address in addresses:
        await at.go(address)
    await at.page.get_by_label("First day").fill("2009-01-01")
    await at.page.get_by_label("Last day").fill("2008-12-31")
    await at.press("Show these days")
    assert len(await at.faults()) == 1


async def an_evaluation_and_a_return_are_made(council: Council) -> None:
    at = council.finance
    await at.go("/outcomes/evaluations")
    await at.press("Work it out")
    assert await at.faults() == ["Enter the first day", "Enter the last day"]
    await at.page.get_by_label("First day").fill("2026-01-05")
    await at.page.get_by_label("Last day").fill("2026-06-28")
    await at.press("Work it out")
    await has_ended(at)
    # Fewer than ten people are never published.
    assert "It could not be worked out" in await at.text()
    await at.go("/outcomes/returns")
    await at.page.get_by_label("The Department’s code of the council").fill("5O3")
    await at.press("Make it and check it")
    assert await at.faults() == ["Enter the Department’s code of the council, 3 digits"]
    await at.page.get_by_label("The Department’s code of the council").fill("503")
    await at.press("Make it and check it")
    await has_ended(at)
    assert "What the Department’s checks say" in await at.text()


async def has_ended(at: Visitor) -> None:
    """Look again until what was asked has come to its end."""
    async with asyncio.timeout(PATIENCE_S):
        while await at.page.get_by_role("button", name="Look again").count():
            await asyncio.sleep(1)
            await at.page.get_by_role("button", name="Look again").click()
    await at.examine()


async def letters_are_mended(council: Council) -> None:
    at, person_id = council.operations, council.waiting.person_id
    await at.go("/dead-letters/parked")
    await at.follow("Letter 1")
    await at.press("Show the message")
    assert await at.faults() == ["Enter why you have to see it, in 3 to 1,000 characters"]
    await at.page.get_by_label("Why do you have to see it?").fill("To see what breaks the contract")
    await at.press("Show the message")
    assert str(person_id) in await at.page.locator("pre").inner_text()
    await at.press("Replay")
    assert "It stopped at letter 1, which still fails: The message breaks its contract." in await at.text()
    await at.go("/dead-letters")
    await at.follow("Replay all")
    await at.press("Replay them")
    assert "1 still fails." in await at.text()
    await at.follow("The letters of this reason")
    await at.follow("Letter 1")
    await at.follow("Discard the letter")
    await at.press("Discard the letter")
    assert len(await at.faults()) == 2
    await at.page.get_by_label("Why does it need no handling?").fill("The sender told it again, rightly")
    await at.page.get_by_label("Its effect is there by another way").check()
    await at.press("Discard the letter")
    assert "Letter 1 is discarded. It is kept, with your reason." in await at.text()


async def a_system_is_told(council: Council) -> None:
    at = council.operations
    await at.go("/webhooks")
    await at.press("Add a system")
    await at.press("Add it and show its secret")
    assert await at.faults() == [
        "Enter what the system is called",
        "Enter the address, beginning with https://",
        "Select at least one kind of event",
    ]
    await at.page.get_by_label("What the system is called").fill("Case management")
    await at.page.get_by_label("Its address").fill("https://10.0.0.1/events")
    await at.page.get_by_label("Award decided").check()
    await at.press("Add it and show its secret")
    assert "an address that is not public" in (await at.faults())[0]
    await at.page.get_by_label("Its address").fill(NOBODY_LISTENS)
    await at.press("Add it and show its secret")
    assert "whsec_" in await at.text()
    await at.follow("Go on, and send it a test message")
    system = urlsplit(at.page.url).path
    await at.press("Send a test message")
    async with asyncio.timeout(PATIENCE_S):
        while "It could not be reached." not in await at.text():
            await asyncio.sleep(1)
            await at.page.reload()
    await at.press("Send it again")
    await at.follow("Case management")
    assert "Takes nothing" in await at.text()
    for step in ("change", "secret", "recovery", "ending"):
        await at.go(f"{system}/{step}")
    await at.press("Delete it")
    assert await at.faults() == ["Confirm that the system is to be told of nothing any more"]
    await at.page.get_by_label("The system is to be told of nothing any more").check()
    await at.press("Delete it")
    assert "No system is told of anything yet." in await at.text()


async def looking_is_looked_at(council: Council) -> None:
    at, person_id = council.auditor, council.waiting.person_id
    await at.go(f"/audit?person={person_id}")
    assert "The sender told it again, rightly" in await at.text()
    await at.page.get_by_label("Until the end of this day").fill("2009-06-01")
    await at.press("Show")
    assert "Nothing that fits is recorded." in await at.text()
    await council.holder.go(f"/people/{person_id}/who-has-looked")
    assert "To see what breaks the contract" in await council.holder.text()
    await council.holder.follow("You yourself")
    await council.holder.follow("Those who act for you")


async def others_look(council: Council) -> None:
    """The pages that no step of the journey led to."""
    await council.auditor.go("/ledger")
    assert "The proof holds" in await council.auditor.text()
    assert "In balance" in await council.auditor.text()
    for path in ("/", "/payments", f"/people/{council.paid.person_id}/statement"):
        await council.auditor.go(path)
    await council.auditor.go("/nothing-here")
    assert "Page not found" in await council.auditor.text()
    for path in ("", "/allocation", "/statement", "/plans", "/timeline"):
        await council.holder.go(f"/people/{council.waiting.person_id}{path}")
    await council.practitioner.go("/payments")
    assert "You cannot see this page" in await council.practitioner.text()


async def a_holder_challenges_and_tells_of_a_change(council: Council) -> None:
    at, home = council.holder, f"/people/{council.waiting.person_id}"
    await at.go(f"{home}/challenges/new")
    await at.page.get_by_label("The indicative allocation").check()
    await at.page.get_by_label("What is not right about it?").fill("My nights were not counted.")
    await at.press("Send it")
    assert "Waits for its answer" in await at.text()
    await council.approver.go("/challenges")
    await council.approver.page.locator('a[href^="/challenges/"]').first.click()
    await council.approver.examine()

    await at.go(f"{home}/self-assessment")
    await at.follow("Read the answers")
    await at.follow("Who answered what, and when")
    assert "The assessment was agreed" in await at.text()
    await at.go(f"{home}/self-assessment")
    await at.press("Tell us what has changed")
    await at.press("Go on to the questions")
    await at.page.locator(".govuk-task-list__link").first.click()
    await at.examine()


async def every_page_is_looked_at(council: Council, folder: Path) -> None:
    """No page of the console is left that a browser has not held to what is asked of all of them."""
    visitors = (council.holder, council.practitioner, council.approver, council.finance, council.delegate)
    # What is asked of the holder at the start; `test_holder_journey.py` answers it.
    asked = {"instrument_id": "life", "wave": "baseline", "number": "1", "item_id": "quality_of_life"}
    await look_at_the_others(page_routes(folder), visitors, {"person_id": str(council.waiting.person_id), **asked})
