"""The straight path, from a case to money in the ledger, for each of the example people; and what is refused."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
import yaml
from opentelemetry.sdk.trace import ReadableSpan

from braid.command_line.demonstration import PEOPLE, ExamplePerson, example_people, is_settled, make_journey
from tests.journey.conftest import Case, Desk, RunningPlatform, until
from tests.kit.tracing import recorded_spans

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("straight_path")]

ASC, SP, ILF = "adult_social_care", "supporting_people", "independent_living_fund"
ATW, DFG, EQUIPMENT = "access_to_work", "disabled_facilities_grant", "community_equipment"
EVERYBODY = pytest.mark.parametrize("person", example_people(), ids=lambda person: person.reference)


def like(reference: str) -> ExamplePerson:
    return next(person for person in example_people() if reference in person.reference)


def told_in_file(person: ExamplePerson) -> dict[str, Any]:
    file = next(file for file in PEOPLE.glob("*.yaml") if file.stem.replace("_", "-") == person.reference)
    told: dict[str, Any] = yaml.safe_load(file.read_text())
    return told


async def journey_of(desk: Desk, person: ExamplePerson) -> dict[str, Any]:
    # A test machine that is busy with other things is no reason to fail.
    person_id = await make_journey(desk.client, person, reference=uuid4().hex, patience_s=150)
    whole = await desk.whole(person_id)
    for _ in range(20):
        # Nor is a service that is too busy for a moment: the whole names the parts that are away, and is asked again.
        if not whole["unavailable"]:
            break
        await asyncio.sleep(0.5)
        whole = await desk.whole(person_id)
    return whole


@EVERYBODY
async def test_a_persons_journey_ends_with_every_award_in_a_fund_of_its_own(desk: Desk, person: ExamplePerson) -> None:
    whole = await journey_of(desk, person)

    awards = {award["award_id"]: award for award in whole["awards"]["awards"]}
    funds = whole["budget"]["funds"]
    assert is_settled(whole)
    assert whole["unavailable"] == []
    assert whole["progress"]["stage"] == "ready_to_plan"
    assert whole["allocation"]["pence_per_year"] == told_in_file(person)["pence_per_year"]
    assert sum(line["pence_per_year"] for line in whole["allocation"]["lines"]) == whole["allocation"]["pence_per_year"]
    things = {fund["award_id"] for fund in funds if fund["cadence"] == "in_kind"}
    assert (
        sum(fund["amount_pence"] for fund in funds if fund["award_id"] not in things)
        == (whole["budget"]["total_pence"])
    )
    for fund in funds:
        award = awards[fund["award_id"]]
        same = ("stream", "status", "amount_pence", "contribution_pence", "starts_on", "ends_on", "permitted_uses")
        assert {name: fund[name] for name in same} == {name: award[name] for name in same}
        posted = fund["status"] == "confirmed" and fund["award_id"] not in things
        assert fund["awarded_pence"] == (fund["amount_pence"] if posted else 0)


async def test_the_person_like_km_has_the_published_sum_in_four_lines(desk: Desk) -> None:
    """R (KM) v Cambridgeshire [2011] EWCA Civ 682."""
    allocation = (await journey_of(desk, like("km")))["allocation"]

    assert allocation["pence_per_year"] == 8_467_800
    assert [line["pence_per_year"] for line in allocation["lines"]] == [6_100_000, 256_600, 2_038_400, 72_800]


async def test_a_budget_of_three_streams_shows_indicative_money_that_the_journal_does_not_hold(desk: Desk) -> None:
    whole = await journey_of(desk, like("three-streams"))

    funds = {fund["stream"]: fund for fund in whole["budget"]["funds"]}
    posted = {leg["stream"] for entry in whole["entries"]["entries"] for leg in entry["legs"]}
    assert {stream: fund["status"] for stream, fund in funds.items()} == {
        ASC: "confirmed",
        SP: "confirmed",
        ILF: "indicative",
    }
    assert posted == {ASC, SP}
    assert whole["budget"]["indicative_pence"] == funds[ILF]["amount_pence"] > 0


async def test_six_streams_are_asked_about_once_and_each_decides_by_its_own_law(desk: Desk) -> None:
    whole = await journey_of(desk, like("six-streams"))

    awards = {award["stream"]: award for award in whole["awards"]["awards"]}
    expected = {
        ASC: ("confirmed", "four_weekly_in_advance"),
        SP: ("confirmed", "four_weekly"),
        ILF: ("indicative", "four_weekly"),
        ATW: ("indicative", "arrears_on_receipts"),
        DFG: ("indicative", "on_completion"),
        EQUIPMENT: ("confirmed", "in_kind"),
    }
    assert {stream: (awards[stream]["status"], awards[stream]["cadence"]) for stream in expected} == expected
    for award in (awards[stream] for stream in expected):
        assert sum(line["amount_pence"] for line in award["lines"]) == award["amount_pence"] > 0
        assert award["missing_facts"] == []


async def test_equipment_is_shown_with_its_value_and_is_no_money(desk: Desk) -> None:
    whole = await journey_of(desk, like("six-streams"))

    (equipment,) = (fund for fund in whole["budget"]["funds"] if fund["stream"] == EQUIPMENT)
    posted = {leg["stream"] for entry in whole["entries"]["entries"] for leg in entry["legs"]}
    assert whole["budget"]["in_kind_pence"] == equipment["amount_pence"] > 0
    assert posted == {ASC, SP}


async def test_a_person_of_today_is_decided_under_the_care_act(desk: Desk) -> None:
    awards = (await journey_of(desk, like("2026")))["awards"]["awards"]

    by_stream = {award["stream"]: award for award in awards}
    assert "care_act_test" in {step["code"] for step in by_stream[ASC]["trace"]}
    assert {stream for stream, award in by_stream.items() if award["amount_pence"]} == {ASC, ATW, EQUIPMENT}
    assert {by_stream[stream]["status"] for stream in (SP, ILF)} == {"not_eligible"}


async def test_only_the_questions_that_can_matter_are_shown(desk: Desk) -> None:
    case = await desk.begin(like("july"))

    async def asked() -> set[str]:
        return set((await desk.done("GET", case.path)).json()["asked"])

    assert not {"tenure", "works_cost"} & await asked()
    await desk.save(case, "person", {"works": "garden"})
    assert {"tenure", "works_cost"} <= await asked()
    await desk.save(case, "person", {"works": "none"})
    assert not {"tenure", "works_cost"} & await asked()


async def test_the_questionnaire_tells_what_each_question_hangs_on(desk: Desk) -> None:
    sections = (await desk.done("GET", "/v1/questionnaires/example-council/2")).json()["sections"]

    questions = {question["question_id"]: question for section in sections for question in section["questions"]}
    assert questions["partner_capital"]["only_if"] == [
        [{"question_id": "household", "values": ["couple"], "at_least": None}]
    ]
    assert questions["household"]["only_if"] == []


async def test_the_journal_holds_after_everybodys_journey(running: RunningPlatform, desk: Desk) -> None:
    wholes = await asyncio.gather(*(journey_of(desk, person) for person in example_people()))

    async with running.desk("auditor") as auditor:
        proof = (await auditor.done("GET", "/v1/journal/proof")).json()
    assert proof["holds"]
    assert set(proof["debits_less_credits_pence"].values()) == {0}
    assert proof["entries"] >= sum(len(whole["entries"]["entries"]) for whole in wholes)


async def test_the_person_sees_their_own_whole_budget(running: RunningPlatform, desk: Desk) -> None:
    whole = await journey_of(desk, like("july"))
    person_id = UUID(whole["person"]["person_id"])

    async with running.desk("budget_holder", person_id=person_id) as holder:
        assert await holder.whole(person_id) == whole


async def test_one_trace_leads_from_the_agreement_to_the_ledger(desk: Desk) -> None:
    person = like("km")
    case = await desk.reviewed(person)
    spans = recorded_spans()
    spans.clear()

    await desk.agree(case, person.agreed_on)
    await until(lambda: _has_settled(desk, case.person_id))

    def in_trace() -> list[ReadableSpan]:
        finished = spans.get_finished_spans()
        root = next(span for span in finished if span.name.endswith("/agreement") and span.parent is None)
        return [span for span in finished if _trace_of(span) == _trace_of(root)]

    async def all_have_read() -> bool:
        return _said(in_trace(), "messaging.consumer.group.name") == {
            "ras",
            "funding_streams",
            "ledger",
            "support_planning",
            "outcomes",
            "webhooks",
        }

    await until(all_have_read)
    assert _said(in_trace(), "braid.service") == {"gateway", "assessment"}
    handled = [span.name for span in in_trace() if span.name.startswith("process ")]
    assert "process uk.braid.award.decided.v1" in handled
    assert "process uk.braid.budget.opened.v1" in handled


def _trace_of(span: ReadableSpan) -> int:
    context = span.get_span_context()
    assert context is not None
    return context.trace_id


def _said(spans: Sequence[ReadableSpan], attribute: str) -> set[str]:
    return {str((span.attributes or {})[attribute]) for span in spans if attribute in (span.attributes or {})}


async def _has_settled(desk: Desk, person_id: UUID) -> bool:
    return is_settled(await desk.whole(person_id))


async def standing(running: RunningPlatform, desk: Desk, case: Case) -> tuple[Any, list[str]]:
    """All that is kept of a case: the assessment as it reads, and the events that were sent of it."""
    assessment = await desk.done("GET", case.path)
    return (assessment.json(), assessment.headers["etag"]), await running.sent("assessment", case.person_id)


async def begun(desk: Desk) -> Case:
    return await desk.begin(like("july"))


async def handed_in(desk: Desk) -> Case:
    case = await begun(desk)
    await desk.save(case, "person", like("july").answers)
    await desk.hand_in(case)
    return case


async def agreed(desk: Desk) -> Case:
    person = like("july")
    case = await desk.reviewed(person)
    await desk.agree(case, person.agreed_on)
    await until(lambda: _has_settled(desk, case.person_id))
    return case


def saying(role: str, **answers: Any) -> dict[str, Any]:
    return {"answered_as": role, "answers": answers}


A_DAY = {"submitted_on": "2009-06-01"}

#: What is sent -> state of the case, method and path, body, and the status and type of the problem in answer.
REFUSED: dict[str, tuple[Callable[[Desk], Awaitable[Case]], str, Any, int, str]] = {
    "an answer of the wrong kind": (
        begun,
        "PUT answers",
        saying("person", capital="a lot"),
        422,
        "answers-not-accepted",
    ),
    "one bad answer among good ones": (
        begun,
        "PUT answers",
        saying("person", capital=100, uk_resident=True, household="a crowd"),
        422,
        "answers-not-accepted",
    ),
    "an unknown question": (begun, "PUT answers", saying("person", shoe_size=9), 422, "answers-not-accepted"),
    "a practitioner's question from the person": (
        begun,
        "PUT answers",
        saying("person", facs_band="critical"),
        422,
        "answers-not-accepted",
    ),
    "an impossible date of birth": (
        begun,
        "PUT answers",
        saying("person", date_of_birth="1975-02-30"),
        422,
        "answers-not-accepted",
    ),
    "a sum with a fraction": (begun, "PUT answers", saying("person", capital=1.5), 422, "answers-not-accepted"),
    "a sum beyond all money": (begun, "PUT answers", saying("person", capital=10**30), 422, "answers-not-accepted"),
    "a code with a null character": (
        begun,
        "PUT answers",
        saying("person", household="sin\0gle"),
        422,
        "answers-not-accepted",
    ),
    "no answers at all": (begun, "PUT answers", saying("person"), 422, "invalid-request"),
    "an unknown role": (begun, "PUT answers", saying("neighbour", capital=1), 422, "invalid-request"),
    "an unknown field": (begun, "PUT answers", {**saying("person", capital=1), "x": 1}, 422, "invalid-request"),
    "an impossible day": (begun, "POST submission", {"submitted_on": "2010-02-30"}, 422, "invalid-request"),
    "a day that is none": (begun, "POST submission", {"submitted_on": "soon"}, 422, "invalid-request"),
    "a body that is not JSON": (begun, "PUT answers", b'{"answered_as": "person"', 422, "invalid-request"),
    "a body that is not UTF-8": (begun, "PUT answers", b'{"answered_as": "\xff"}', 400, "request-refused"),
    "a body that is a list": (begun, "PUT answers", b"[]", 422, "invalid-request"),
    "a body that is too large": (begun, "PUT answers", b" " * 1_000_001, 413, "too-large"),
    "an agreement before the answers are handed in": (
        begun,
        "POST agreement",
        {"agreed_on": "2009-06-01"},
        409,
        "assessment-not-open",
    ),
    "answers that were handed in already": (handed_in, "POST submission", A_DAY, 409, "assessment-not-open"),
    "the person's answers after they were handed in": (
        handed_in,
        "PUT answers",
        saying("person", capital=1),
        409,
        "assessment-not-open",
    ),
    "an agreement that lacks the practitioner's answers": (
        handed_in,
        "POST agreement",
        {"agreed_on": "2009-06-01"},
        422,
        "assessment-incomplete",
    ),
    "answers after the agreement": (
        agreed,
        "PUT answers",
        saying("practitioner", facs_band="low"),
        409,
        "assessment-not-open",
    ),
    "a day that no record of ours can be about": (
        handed_in,
        "POST agreement",
        {"agreed_on": "9999-12-31"},
        422,
        "invalid-request",
    ),
    "a second agreement": (agreed, "POST agreement", {"agreed_on": "2009-06-01"}, 409, "assessment-not-open"),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_what_cannot_be_taken_is_refused_with_nothing_lost(
    running: RunningPlatform, desk: Desk, what: str
) -> None:
    make, place, body, status, problem = REFUSED[what]
    case = await make(desk)
    before = await standing(running, desk, case)
    method, step = place.split()
    raw = body if isinstance(body, bytes) else None

    answer = await desk.ask(
        method, f"{case.path}/{step}", None if raw is not None else body, etag=case.etag, content=raw
    )

    refused_with(answer, status, problem)
    assert await standing(running, desk, case) == before


def refused_with(answer: Any, status: int, problem: str) -> None:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    assert answer.json()["type"].endswith(f"/{problem}")
    assert answer.json()["title"]


async def test_answers_that_are_missing_are_named_with_the_streams_that_need_them(
    running: RunningPlatform, desk: Desk
) -> None:
    case = await desk.begin(like("july"))
    kept = {name: answer for name, answer in like("july").answers.items() if name != "capital"}
    await desk.save(case, "person", kept)
    before = await standing(running, desk, case)

    answer = await desk.ask("POST", f"{case.path}/submission", A_DAY, etag=case.etag)

    refused_with(answer, 422, "assessment-incomplete")
    (missing,) = answer.json()["errors"]
    assert missing["name"] == "capital"
    assert set(missing["streams"]) >= {ASC}
    assert await standing(running, desk, case) == before


async def test_a_version_that_was_changed_in_the_meantime_is_refused(running: RunningPlatform, desk: Desk) -> None:
    case = await desk.begin(like("july"))
    seen = case.etag
    await desk.save(case, "person", {"capital": 100})
    before = await standing(running, desk, case)

    answer = await desk.ask("PUT", f"{case.path}/answers", saying("person", capital=200), etag=seen)
    without = await desk.ask("PUT", f"{case.path}/answers", saying("person", capital=200))

    refused_with(answer, 412, "stale-version")
    refused_with(without, 428, "version-missing")
    assert await standing(running, desk, case) == before


async def test_of_two_changes_at_once_one_is_kept_and_the_other_told(running: RunningPlatform, desk: Desk) -> None:
    case = await desk.begin(like("july"))

    answers = await asyncio.gather(
        *(
            desk.ask("PUT", f"{case.path}/answers", saying("person", capital=pence), etag=case.etag)
            for pence in (100, 200)
        )
    )

    assert sorted(answer.status_code for answer in answers) == [200, 412]
    (kept, _), _ = await standing(running, desk, case)
    assert kept["answers"] == next(answer for answer in answers if answer.is_success).json()["answers"]


async def test_a_request_that_is_repeated_with_its_key_has_one_effect_and_the_same_answer(
    running: RunningPlatform, desk: Desk
) -> None:
    key, case = str(uuid4()), await desk.begin(like("july"))
    await desk.save(case, "person", like("july").answers)

    first, *repeats = [
        await desk.ask("POST", f"{case.path}/submission", A_DAY, key=key, etag=case.etag) for _ in range(3)
    ]

    assert first.status_code == 200
    for repeat in repeats:
        assert (repeat.status_code, repeat.content, repeat.headers["etag"]) == (
            200,
            first.content,
            first.headers["etag"],
        )
        assert repeat.headers["idempotency-replayed"] == "true"
    assert (await running.sent("assessment", case.person_id)).count("uk.braid.assessment.submitted.v1") == 1


async def test_a_request_that_is_sent_twice_at_once_with_one_key_has_one_effect(
    running: RunningPlatform, desk: Desk
) -> None:
    key, body = str(uuid4()), new_case()

    answers = await asyncio.gather(*(desk.ask("POST", "/v1/people", body, key=key) for _ in range(3)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len(await running.sent("assessment", UUID(answers[0].json()["person_id"]))) == 1


async def test_a_key_that_was_used_for_another_request_is_refused(desk: Desk) -> None:
    key, body, other = str(uuid4()), new_case(), new_case()
    await desk.ask("POST", "/v1/people", body, key=key)

    answer = await desk.ask("POST", "/v1/people", other, key=key)

    refused_with(answer, 422, "idempotency-key-reused")
    opened = await desk.ask("POST", "/v1/people", other)
    assert opened.status_code == 201, "the refused request had opened nothing"


async def test_a_key_whose_request_was_refused_can_be_used_for_the_mended_one(desk: Desk) -> None:
    key, body = str(uuid4()), new_case()

    refused = await desk.ask("POST", "/v1/people", {**body, "opened_on": "2010-02-30"}, key=key)
    mended = await desk.ask("POST", "/v1/people", body, key=key)

    refused_with(refused, 422, "invalid-request")
    assert mended.status_code == 201


@pytest.mark.parametrize("field", ["reference", "name"])
@pytest.mark.parametrize("text", ["", " ", "a\0b", "x" * 201], ids=["empty", "blank", "null character", "too long"])
async def test_a_name_or_reference_that_cannot_be_kept_is_refused(desk: Desk, field: str, text: str) -> None:
    refused_with(await desk.ask("POST", "/v1/people", {**new_case(), field: text}), 422, "invalid-request")


async def test_a_search_for_what_no_text_can_be_is_refused(desk: Desk) -> None:
    refused_with(await desk.ask("GET", "/v1/people?after=%00"), 422, "invalid-request")


async def test_a_reference_that_is_used_for_somebody_is_refused(desk: Desk) -> None:
    body = new_case()
    await desk.ask("POST", "/v1/people", body)

    refused_with(await desk.ask("POST", "/v1/people", body), 409, "reference-in-use")


async def test_of_two_cases_opened_at_once_with_one_reference_one_is_told(desk: Desk) -> None:
    body = new_case()

    answers = await asyncio.gather(*(desk.ask("POST", "/v1/people", body) for _ in range(2)))

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    refused_with(next(answer for answer in answers if answer.is_error), 409, "reference-in-use")


async def test_an_unknown_questionnaire_is_refused_with_nothing_begun(desk: Desk) -> None:
    case = await desk.begin(like("july"))

    for questionnaire in ("of-nobody", "../example-council", "example-council/1"):
        answer = await desk.ask("POST", f"/v1/people/{case.person_id}/assessments", {"questionnaire": questionnaire})
        refused_with(answer, 422, "no-such-questionnaire")
    person = (await desk.done("GET", f"/v1/people/{case.person_id}")).json()
    assert len(person["assessments"]) == 1


async def test_another_council_finds_nothing_and_changes_nothing(running: RunningPlatform, desk: Desk) -> None:
    case = await agreed(desk)
    before = await standing(running, desk, case), await desk.whole(case.person_id)

    async with running.desk(council="E10009998") as stranger:
        person = f"/v1/people/{case.person_id}"
        answers = [
            *[
                await stranger.ask("GET", f"{person}{rest}")
                for rest in ("", "/whole-budget", "/progress", "/allocation", "/awards", "/budget", "/budget/entries")
            ],
            await stranger.ask("GET", case.path),
            await stranger.ask("PUT", f"{case.path}/answers", saying("person", capital=1), etag=case.etag),
            await stranger.ask("POST", f"{case.path}/submission", A_DAY, etag=case.etag),
            await stranger.ask("POST", f"{case.path}/agreement", {"agreed_on": "2009-06-01"}, etag=case.etag),
            await stranger.ask("POST", f"{person}/assessments", {"questionnaire": "example-council"}),
        ]
    for answer in answers:
        refused_with(answer, 404, "not-found")
    assert (await standing(running, desk, case), await desk.whole(case.person_id)) == before


async def test_a_budget_holder_cannot_answer_or_agree_as_a_practitioner(running: RunningPlatform, desk: Desk) -> None:
    case = await handed_in(desk)
    before = await standing(running, desk, case)

    async with running.desk("budget_holder", person_id=case.person_id) as holder:
        answered = await holder.ask(
            "PUT", f"{case.path}/answers", saying("practitioner", facs_band="critical"), etag=case.etag
        )
        agreed_ = await holder.ask("POST", f"{case.path}/agreement", {"agreed_on": "2009-06-01"}, etag=case.etag)
        opened = await holder.ask("POST", "/v1/people", new_case())

    for answer in (answered, agreed_, opened):
        refused_with(answer, 403, "not-allowed")
    assert await standing(running, desk, case) == before


async def test_without_a_token_nothing_is_told(desk: Desk) -> None:
    desk.client.headers.pop("authorization")

    refused_with(await desk.ask("GET", "/v1/people"), 401, "unauthenticated")


def new_case() -> dict[str, Any]:
    return {
        "reference": uuid4().hex,
        "name": "Somebody (a made-up name)",
        "user_group": "older_people",
        "opened_on": "2009-06-01",
    }
