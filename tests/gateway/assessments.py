"""A self-assessment as the assessment service answers it, with its own questions, for tests of its pages."""

from dataclasses import asdict
from typing import Any

import httpx

from braid.contracts.codes import UserGroup
from services.assessment.domain.alignment import progress
from services.assessment.domain.questionnaire import Questionnaire
from services.assessment.wording_files import worded_questionnaire
from tests.gateway.doubles import StubGateway
from tests.gateway.whole import PERSON_ID, person

ASSESSMENT_ID = "5b2c1f9e-3f7a-4c53-9d3c-3c1d7b1f0a77"
START = f"/people/{PERSON_ID}/self-assessment"
PAPER = f"{START}/{ASSESSMENT_ID}"
SERVICE = f"/v1/assessments/{ASSESSMENT_ID}"


def questions() -> Questionnaire:
    """The example council's questions, as older people read them."""
    return worded_questionnaire("example-council", 3, UserGroup.OLDER_PEOPLE)


def given(given_as: str = "person", own_words: str | None = None, etag: str = '"4"') -> dict[str, Any]:
    return {
        "given_as": given_as,
        "given_by": "somebody",
        "given_at": "2009-06-02T10:00:00Z",
        "authorities": [],
        "given_on": None,
        "own_words": own_words,
        "source": None,
        "etag": etag,
    }


def an_assessment(answers: dict[str, Any] | None = None, **other: Any) -> dict[str, Any]:
    asked = questions().asked(answers or {})
    return {
        "assessment_id": ASSESSMENT_ID,
        "person_id": str(PERSON_ID),
        "version": 3,
        "state": "drafted",
        "questionnaire": "example-council",
        "questionnaire_version": 3,
        "answers": answers or {},
        "asked": [each.question_id for each in asked],
        "submitted_on": None,
        "agreed_on": None,
        "still_lacking": {"ras": [{"question_id": "nights", "answered_by": "person", "fact": None}]},
        "given": {name: given() for name in answers or {}},
        "sections": [asdict(each) for each in progress(questions(), answers or {})],
        "not_sure": [],
        "to_confirm": {},
        "disputes": {},
        "to_settle": {},
        "waiting_acts": [],
        "replaces": None,
        "changed_on": None,
        **other,
    }


def fill_assessment(stub: StubGateway, told: dict[str, Any] | None = None) -> None:
    """A person with one assessment."""
    told = told or an_assessment()
    read = questions()
    stub.services.answers.update(
        {
            f"/v1/people/{PERSON_ID}": {**person(), "withdrawn_on": None, "assessments": [ASSESSMENT_ID]},
            f"/v1/people/{PERSON_ID}/authorities": {"authorities": []},
            "/v1/questionnaires": {
                "questionnaires": [{"questionnaire": "example-council", "version": 3, "title": "An assessment"}]
            },
            "/v1/questionnaires/example-council/3": {
                "questionnaire": "example-council",
                "version": 3,
                "title": read.title,
                "sections": [asdict(section) for section in read.sections],
            },
            SERVICE: lambda _: httpx.Response(200, json=told, headers={"etag": '"3"'}),
        }
    )
