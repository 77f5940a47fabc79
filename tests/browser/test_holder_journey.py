"""A budget holder in a browser, from the first question to the money; part of the way without ever using a pointer.

Every page on the way is held to WCAG 2.2 AA by axe-core, at 1280 and 320 pixels, and stands whole with letters of twice
the size; see ``Visitor.examine``.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any
from uuid import UUID, uuid4

import pytest
from playwright.async_api import Browser

from braid.command_line.demonstration import ExamplePerson, asked, example_people, signed_in, wait_until_settled
from braid.kit.identity import Principal, Role
from gateway.console.question_form import filled_in
from gateway.development_issuer import EXAMPLE_COUNCIL
from gateway.sessions import Sessions
from services.assessment.questionnaire_files import latest_released_version, released_questionnaire
from tests.browser.chromium import Visitor, chromium, signed_in_as

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900), pytest.mark.xdist_group("browser")]

QUESTIONNAIRE = "example-council"
PATIENCE_S = 300.0
REASONS = "One night in three was counted, as you told."
WISH = "I see my friends every week."
OWN_WORDS = "I am slower since the winter."
#: Questions that are examined on the way, one of each way of asking.
EXAMINED = frozenset(
    {"caring_for_others", "carer_willing_and_able", "good_days", "date_of_birth", "capital", "incomes"}
)
#: Status of a section in which something is still to be done.
STILL_OPEN = re.compile("Not yet started|In progress|Check what is filled in")
#: More than any way through the questions takes.
STEPS_MOST = 200


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Chromium."""
    async with chromium() as started:
        yield started


@pytest.fixture
def like() -> ExamplePerson:
    """Whose answers the holder gives."""
    return next(one for one in example_people() if one.reference == "under-the-care-act-in-2026")


@pytest.fixture(autouse=True)
def handed_in_on(like: ExamplePerson, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages' day is one for which there are figures, whenever the test runs."""
    monkeypatch.setattr("gateway.console.assessment_pages.today", lambda: like.agreed_on)


async def open_case(url: str, like: ExamplePerson) -> UUID:
    async with signed_in(url, "practitioner") as office:
        case = {
            "reference": f"holder-{uuid4().hex[:12]}",
            "name": like.name,
            "user_group": like.user_group,
            "opened_on": like.agreed_on.isoformat(),
            "date_of_birth": like.answers["date_of_birth"],
        }
        return UUID((await asked(office, "POST", "/v1/people", case)).json()["person_id"])


async def agree(url: str, like: ExamplePerson, person_id: UUID) -> None:
    """The practitioner answers their own questions and agrees; then every stream decides."""
    async with signed_in(url, "practitioner") as office:
        person = (await asked(office, "GET", f"/v1/people/{person_id}")).json()
        path = f"/v1/assessments/{person['assessments'][-1]}"
        answers = {"answered_as": "practitioner", "answers": like.practitioner_answers}
        saved = await asked(office, "PUT", f"{path}/answers", answers, after=await asked(office, "GET", path))
        await asked(office, "POST", f"{path}/agreement", {"agreed_on": like.agreed_on.isoformat()}, after=saved)
        await wait_until_settled(office, person_id, patience_s=PATIENCE_S)


@asynccontextmanager
async def sits_down(
    browser: Browser,
    url: str,
    sessions: Sessions,
    role: Role,
    *,
    subject: str = "example",
    person_id: UUID | None = None,
) -> AsyncIterator[Visitor]:
    session = sessions.of(Principal(subject, EXAMPLE_COUNCIL, frozenset({role}), person_id))
    async with signed_in_as(browser, url, session, looked_at=set()) as visitor:
        yield visitor


def question_of(at: Visitor) -> str | None:
    """The question that the page asks, by its address; None where it asks none."""
    before, _, question = at.page.url.partition("?")[0].rpartition("/questions/")
    return question if before else None


async def fills_in(at: Visitor, question_id: str, answer: Any) -> None:
    question = asdict(released(question_id))
    for name, value in filled_in(question, answer, None).items():
        fields = at.page.locator(f'main [name="{name}"]')
        kind = await fields.first.get_attribute("type")
        if kind == "radio":
            await at.page.locator(f'main [name="{name}"][value="{value}"]').check()
        elif kind == "checkbox":
            await fields.check()
        elif value:
            await fields.fill(value)


def released(question_id: str) -> Any:
    return released_questionnaire(QUESTIONNAIRE, latest_released_version(QUESTIONNAIRE)).questions[question_id]


async def test_a_holder_walks_from_the_first_question_to_the_money(
    url: str, sessions: Sessions, browser: Browser, like: ExamplePerson
) -> None:
    person_id = await open_case(url, like)
    async with sits_down(browser, url, sessions, Role.BUDGET_HOLDER, person_id=person_id) as at:
        await begins(at, person_id)
        await answers_the_first_by_keyboard(at)
        await answers_the_rest(at, like)
        await checks_and_hands_in(at)
        await agree(url, like, person_id)
        await sees_the_money(at, person_id)
        await plans_and_hands_in(at, person_id)
        await challenges(at, person_id)
        async with sits_down(browser, url, sessions, Role.APPROVER, subject="approver:another") as approver:
            await answers(approver, like)
        await at.go(f"/people/{person_id}/challenges")
        assert REASONS in await at.text()
        await tells_of_a_change(at, person_id)
        await answers_about_their_life(at)


async def begins(at: Visitor, person_id: UUID) -> None:
    await at.go(f"/people/{person_id}/my-budget")
    assert "No budget is open yet." in await at.text()
    await at.press("Begin your self-assessment")
    await at.press("Begin")
    assert "0 of " in await at.text()
    await at.follow("Check your answers and hand them in")
    await at.press("Hand in")
    assert any("has no answer yet" in fault for fault in await at.faults())
    await at.follow("My self-assessment")


async def answers_the_first_by_keyboard(at: Visitor) -> None:
    """Washing and dressing: nothing filled in at first, then an answer and own words, without ever a pointer."""
    keys = at.page.keyboard
    await at.tab_to("Your daily life")
    await keys.press("Enter")
    await at.page.get_by_text("question 1 of").wait_for()
    await at.tab_to("Save and continue")
    await keys.press("Enter")
    await at.page.get_by_role("alert").wait_for()
    await at.examine()
    assert await at.faults() == ["Select an answer"]
    await at.tab_to("Select an answer")
    await keys.press("Enter")
    assert await at.focus() == "answer"
    await keys.press("Space")
    for _ in range(3):
        await keys.press("ArrowDown")
    await at.tab_to("own_words")
    await keys.type(OWN_WORDS)
    await at.tab_to("Save and continue")
    await keys.press("Enter")
    await at.page.get_by_text("question 2 of").wait_for()


async def answers_the_rest(at: Visitor, like: ExamplePerson) -> None:
    """Answer what is asked, go on where it leads, and go on from the task list until nothing is missing."""
    for _ in range(STEPS_MOST):
        question_id = question_of(at)
        if question_id is None:
            open_ones = at.page.locator(".govuk-task-list__item").filter(has_text=STILL_OPEN)
            if not await open_ones.count():
                return
            await open_ones.first.get_by_role("link").click()
            continue
        if question_id in EXAMINED:
            await at.examine()
        await fills_in(at, question_id, like.answers.get(question_id))
        await at.page.get_by_role("button", name="Save and continue", exact=True).click()
        assert question_of(at) != question_id, (question_id, await at.faults())
    raise AssertionError("the questions come to no end")


async def checks_and_hands_in(at: Visitor) -> None:
    await at.examine()
    await at.follow("Check your answers and hand them in")
    text = await at.text()
    assert "Everything that is needed is answered." in text
    assert OWN_WORDS in text
    await changes(at)
    await at.page.get_by_label("I am not sure").check()
    await at.press("Save and continue")
    assert "Not sure" in await at.text()
    await changes(at)
    await at.page.locator('[name="answer"][value="every_day"]').check()
    await at.press("Save and come back later")
    assert "Your answers so far are saved." in await at.text()
    await at.follow("Check your answers and hand them in")
    await at.press("Hand in")
    assert "Your answers are handed in" in await at.text()
    await at.follow("Read the answers")
    assert OWN_WORDS in await at.text()


async def changes(at: Visitor) -> None:
    await at.page.locator("#washing_and_dressing").get_by_role("link").click()
    await at.examine()


async def sees_the_money(at: Visitor, person_id: UUID) -> None:
    await at.follow("My budget")
    text = await at.text()
    for told in ("Adult social care", "Access to Work", "Left to plan", "Ready to plan."):
        assert told in text
    await at.follow("How your budget was worked out")
    text = await at.text()
    for told in ("Personal care", "Your indicative allocation", "Your whole budget"):
        assert told in text
    await at.go(f"/people/{person_id}/statement")
    await takes_the_statement(at, person_id)


async def plans_and_hands_in(at: Visitor, person_id: UUID) -> None:
    """Two things, one of which no money may pay for; it is taken out, and what remains is handed in."""
    await at.go(f"/people/{person_id}/my-budget")
    await at.press("Plan how to use your money")
    await at.press("Begin a plan")
    await at.press("Begin the plan")
    await at.follow("Write what it is for")
    await at.press("Save")
    assert await at.faults() == ["Enter what you want to be different, at least one thing"]
    await at.page.get_by_label("What should be different").fill(f"{WISH}\nI get up when I want.")
    await at.page.get_by_label("What happens if things go wrong?").fill("Ring my sister.")
    await at.press("Save")
    await at.follow("Choose how the money is held")
    await chooses_a_mixture(at)
    await adds(at, "Care agency, an hour", {"How many each time": "2"}, {"How often": "weekly"})
    assert "The plan can be paid for" in await at.text()
    await adds(
        at,
        "Something else",
        {"What is it?": "Whisky", "Price": "30", "How many each time": "1"},
        {"What kind of support is it?": "charge.top_up", "How often": "once", "For": "item"},
    )
    text = await at.text()
    assert "The plan cannot be paid for as it is" in text
    assert "Not allowed:" in text
    await at.page.get_by_role("link", name=re.compile("Take out.*Whisky")).click()
    await at.examine()
    await at.press("Take it out")
    assert "The plan can be paid for" in await at.text()
    await at.press("Hand the plan in")
    await at.press("Hand it in")
    assert "The plan is handed in." in await at.text()


async def chooses_a_mixture(at: Visitor) -> None:
    """Some in hand, some with the council, some with a provider, whom the council has a code for."""
    for way in ("Direct payment to the person", "The council manages it", "A provider holds it in an account"):
        await at.page.get_by_label(way).check()
    await at.press("Save")
    assert [fault for fault in await at.faults() if "code for whoever holds it" in fault]
    reference = at.page.locator("#reference-provider_account")
    await reference.fill("provider-7")
    await at.press("Save")
    text = await at.text()
    for way in ("Direct payment to the person", "The council manages it", "A provider holds it in an account"):
        assert way in text


async def takes_the_statement(at: Visitor, person_id: UUID) -> None:
    """On paper and as a table, by the links of the statement's page."""
    await at.page.goto(f"{at.url}/people/{person_id}/statement")
    for kind, begins_with in (("pdf", b"%PDF-"), ("csv", b"")):
        async with at.page.expect_download() as coming:
            await at.page.locator(f'a[href*="statement.{kind}"]').first.click()
        file = await (await coming.value).path()
        content = await asyncio.to_thread(file.read_bytes)
        assert content.startswith(begins_with)
        assert content


async def adds(at: Visitor, thing: str, fields: dict[str, str], choices: dict[str, str]) -> None:
    await at.press("Add something")
    await at.page.get_by_label(thing).check()
    await at.press("Continue")
    for label, value in fields.items():
        await at.page.get_by_label(label).fill(value)
    for label, value in choices.items():
        await at.page.get_by_label(label, exact=True).select_option({"once": "one_off"}.get(value, value))
    await at.page.get_by_label("How are they related to you?").select_option("not_related")
    await at.page.get_by_label(WISH).check()
    await at.press("Save and check")


async def challenges(at: Visitor, person_id: UUID) -> None:
    await at.go(f"/people/{person_id}/my-budget")
    await at.follow("Challenge a decision")
    await at.press("Send it")
    assert await at.faults() == ["Select the decision that is not right", "Enter what is not right"]
    await at.page.get_by_label("Adult social care").check()
    await at.page.get_by_label("What is not right about it?").fill("My nights were not counted.")
    await at.press("Send it")
    assert "Waits for its answer" in await at.text()


async def answers(at: Visitor, like: ExamplePerson) -> None:
    await at.go("/challenges")
    await at.follow(like.name)
    await at.press("Write the answer down")
    assert await at.faults() == ["Select what comes of it", "Enter your reasons: the person reads them"]
    await at.page.get_by_label("The decision stands").check()
    await at.page.get_by_label("Your reasons").fill(REASONS)
    await at.press("Write the answer down")
    assert "The answer is written down" in await at.text()


async def tells_of_a_change(at: Visitor, person_id: UUID) -> None:
    await at.go(f"/people/{person_id}/self-assessment")
    await at.press("Tell us what has changed")
    await at.press("Go on to the questions")
    assert "Check what is filled in" in await at.text()


async def answers_about_their_life(at: Visitor) -> None:
    """Three questions: one answered by keyboard, one not said, one changed before they are sent; then taken back."""
    await at.follow("My life")
    await at.follow("Three questions about your life: at the start")
    await at.press("Begin")
    await at.press("Continue")
    assert await at.faults() == ["Select an answer, or that you would rather not say"]
    await at.tab_to("answer")
    await at.page.keyboard.press("Space")
    await at.tab_to("Continue")
    await at.page.keyboard.press("Enter")
    await at.page.get_by_text("question 2 of 3").wait_for()
    await at.page.get_by_label("I would rather not say").check()
    await at.press("Continue")
    await at.page.get_by_label("Quite content", exact=True).check()
    await at.press("Continue")
    text = await at.text()
    assert "As good as I can imagine" in text
    assert "You would rather not say" in text
    await at.page.locator('a[href*="/questions/quality_of_life"]').click()
    await at.examine()
    await at.page.get_by_label("Good", exact=True).check()
    await at.press("Continue")
    await at.press("Send your answers")
    text = await at.text()
    assert "Your answers are sent. Thank you." in text
    assert "5 on a scale from 1 to 7. Higher is better." in text
    assert "No score: what is asked on control over daily life was not answered." in text
    await at.follow("Something is wrong with these answers")
    await at.page.get_by_label("What is wrong with them?").fill("I meant bad.")
    await at.press("Take them back")
    assert "Three questions about your life: at the start" in await at.text()


async def test_whoever_acts_for_somebody_is_shown_as_such_on_every_page(
    url: str, sessions: Sessions, browser: Browser, like: ExamplePerson
) -> None:
    person_id, daughter = await open_case(url, like), f"delegate:{uuid4().hex}"
    async with signed_in(url, "practitioner") as office:
        authority = {
            "holder_name": "A daughter (a made-up name)",
            "holder_subject": daughter,
            "kind": "welfare_deputy",
            "decisions": ["assessment"],
            "from_on": "2009-01-01",
            "evidence": "The order of the court was seen.",
        }
        await asked(office, "POST", f"/v1/people/{person_id}/authorities", authority)
    async with sits_down(browser, url, sessions, Role.DELEGATE, subject=daughter) as at:
        await at.go("/acting-for")
        await at.follow(like.name)
        await at.press("Begin")
        await at.follow("Your daily life")
        acting = at.page.get_by_role("region", name="Whom you act for")
        assert "as their deputy for welfare" in await acting.inner_text()
        await at.page.locator('[name="answer"][value="every_day"]').check()
        await at.press("Save and continue")
        await at.go(f"{at.page.url.removeprefix(url).rpartition('/questions/')[0]}/answers")
        assert "Answered by somebody who decides for them" in await at.text()
