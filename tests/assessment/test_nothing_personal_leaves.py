"""Nothing that tells who somebody is leaves the service: not in an event, a log line or a trace."""

import base64

import pytest
from structlog.testing import capture_logs

from tests.assessment import people
from tests.assessment.desk import A_DAY, Office
from tests.assessment.test_agreeing import sent
from tests.kit.tracing import recorded_spans

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("assessment_leaving")]

#: Said nowhere else.
PERSONAL = {
    "name": "Zebedee Quillfeather",
    "nhs_number": "4010232137",
    "postcode": "ZE2 9QF",
    "uprn": "987650123456",
    "holder": "Wilhelmina Quillfeather",
    "carer": "Ferdinand Quillfeather",
    "words": "because of the marmalade",
    "title": "Letter of Dr Thistlewood",
}


async def test_a_whole_life_of_a_record_leaves_nothing_personal_outside(office: Office) -> None:
    spans = recorded_spans()
    spans.clear()
    with capture_logs() as lines:
        case = await office.begin(
            await office.open_case(
                name=PERSONAL["name"],
                nhs_number=PERSONAL["nhs_number"],
                postcode=PERSONAL["postcode"],
                uprn=PERSONAL["uprn"],
                date_of_birth="1931-02-28",
            )
        )
        person = people.somebody_like_savva_in_july()
        await case.save_all(person)
        words = {"answered_as": "person", "answers": {"nights": "awake"}, "own_words": {"nights": PERSONAL["words"]}}
        await case.step("PUT", "answers", words)
        await case.hand_in()
        await case.review(person)
        await case.step("PUT", "disputes/nights", {"answer": "no_help", "reason": PERSONAL["words"]})
        settled = {"counts": "person", "reason": PERSONAL["words"], "person_agrees": True}
        await case.step("POST", "disputes/nights/settlement", settled)
        carer = await case.who.done(
            "POST", f"{case.person}/carers", {"name": PERSONAL["carer"], "relationship": "brother"}
        )
        refusal = {"assessed_on": A_DAY, "own_words": PERSONAL["words"]}
        await case.who.done("POST", f"/v1/carers/{carer['carer_id']}/assessments", refusal)
        authority = {
            "holder_name": PERSONAL["holder"],
            "kind": "helper",
            "decisions": ["assessment"],
            "from_on": A_DAY,
            "evidence": PERSONAL["words"],
        }
        await case.who.done("POST", f"{case.person}/authorities", authority)
        content = base64.b64encode(b"%PDF-1.4\n%%EOF\n").decode()
        document = {"title": PERSONAL["title"], "media_type": "application/pdf", "content": content}
        await case.who.done("POST", f"{case.person}/evidence", document)
        await case.agree()
        withdrawal = {"withdrawn_on": A_DAY, "reason": "own_wish", "own_words": PERSONAL["words"]}
        await case.who.done("POST", f"{case.person}/withdrawal", withdrawal)
        await case.who.done("GET", f"{case.person}/subject-access.json")

    events = await sent(office, case)
    outside = f"{events} {lines} {[(span.name, dict(span.attributes or {})) for span in spans.get_finished_spans()]}"
    assert len(events) >= 4
    assert lines
    assert {what for what, told in PERSONAL.items() if told in outside} == set()
