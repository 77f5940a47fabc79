"""The assessment service's API as the people around it use it, each with a token of the gateway's."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx

from braid.kit.identity import Principal, Role, TokenSigner
from tests.assessment import people

COUNCIL, OTHER_COUNCIL = "E10009999", "E10009998"
A_DAY = "2009-06-01"
QUESTIONNAIRE = "example-council"


@dataclass
class Somebody:
    """Somebody at the API.

    Args:
        client: of the service.
        signer: of the gateway's internal tokens.
        principal: who they are.
    """

    client: httpx.AsyncClient
    signer: TokenSigner
    principal: Principal

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        etag: str | None = None,
        key: str | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send a request; a POST has a key of its own unless one is given."""
        sent = {"authorization": f"Bearer {self.signer.sign(self.principal)}", "content-type": "application/json"}
        if method == "POST":
            sent["idempotency-key"] = key or str(uuid4())
        if etag is not None:
            sent["if-match"] = etag
        raw = content if content is not None else json.dumps(body).encode() if body is not None else None
        return await self.client.request(method, path, content=raw, headers={**sent, **(headers or {})})

    async def done(self, method: str, path: str, body: Any = None, **asked: Any) -> Any:
        """Send a request that must succeed; returns its document."""
        answer = await self.ask(method, path, body, **asked)
        assert answer.is_success, answer.text
        return answer.json()


@dataclass
class Case:
    """A person's assessment, followed by the version that was seen last."""

    who: Somebody
    person_id: UUID
    assessment_id: str
    etag: str
    person: str = field(init=False)
    path: str = field(init=False)

    def __post_init__(self) -> None:
        self.person = f"/v1/people/{self.person_id}"
        self.path = f"/v1/assessments/{self.assessment_id}"

    async def step(self, method: str, what: str, body: Any, *, by: Somebody | None = None) -> Any:
        """Make a step that must succeed."""
        answer = await (by or self.who).ask(method, f"{self.path}/{what}", body, etag=self.etag)
        assert answer.is_success, answer.text
        self.etag = answer.headers["etag"] if "answers/" not in what else f'"{answer.json()["assessment_version"]}"'
        return answer.json()

    async def read(self, by: Somebody | None = None) -> Any:
        """The assessment as it stands."""
        answer = await (by or self.who).ask("GET", self.path)
        assert answer.is_success, answer.text
        self.etag = answer.headers["etag"]
        return answer.json()

    async def save_all(self, person: people.Person) -> None:
        """Give all of the person's own answers."""
        await self.step("PUT", "answers", {"answered_as": "person", "answers": plain(person.person)})

    async def hand_in(self, on: str = A_DAY) -> Any:
        """Hand in."""
        return await self.step("POST", "submission", {"submitted_on": on})

    async def review(self, person: people.Person) -> None:
        """Give the practitioner's answers."""
        answers = {"answered_as": "practitioner", "answers": plain(person.practitioner)}
        await self.step("PUT", "answers", answers)

    async def agree(self, on: str = A_DAY, **more: Any) -> Any:
        """Agree."""
        return await self.step("POST", "agreement", {"agreed_on": on, **more})


def plain(answers: Mapping[str, object]) -> dict[str, Any]:
    """Answers as JSON takes them."""
    told: dict[str, Any] = json.loads(json.dumps(answers, default=str))
    return told


@dataclass
class Office:
    """People at one council's assessment service."""

    client: httpx.AsyncClient
    signer: TokenSigner
    runtime: Any

    def somebody(
        self,
        role: Role = Role.PRACTITIONER,
        *,
        subject: str | None = None,
        council: str = COUNCIL,
        person_id: UUID | None = None,
    ) -> Somebody:
        """Somebody with a role."""
        principal = Principal(subject or f"{role}:example", council, frozenset({role}), person_id)
        return Somebody(self.client, self.signer, principal)

    async def open_case(self, **told: Any) -> UUID:
        """Open a case for somebody new."""
        body = {
            "reference": uuid4().hex,
            "name": "Somebody (a made-up name)",
            "user_group": "older_people",
            "opened_on": A_DAY,
            **told,
        }
        return UUID((await self.somebody().done("POST", "/v1/people", body))["person_id"])

    async def begin(self, person_id: UUID | None = None, **told: Any) -> Case:
        """Begin an assessment, of somebody new unless told otherwise."""
        who, person_id = self.somebody(), person_id or await self.open_case()
        answer = await who.ask("POST", f"/v1/people/{person_id}/assessments", {"questionnaire": QUESTIONNAIRE, **told})
        assert answer.is_success, answer.text
        return Case(who, person_id, answer.json()["assessment_id"], answer.headers["etag"])

    async def handed_in(self, person: people.Person | None = None) -> Case:
        """An assessment that is handed in."""
        case = await self.begin()
        await case.save_all(person or people.somebody_like_savva_in_july())
        await case.hand_in()
        return case

    async def agreed(self, person: people.Person | None = None) -> Case:
        """An assessment that is agreed."""
        person = person or people.somebody_like_savva_in_july()
        case = await self.handed_in(person)
        await case.review(person)
        await case.agree()
        return case


def refused(answer: httpx.Response, status: int, problem: str) -> Any:
    """The problem in an answer, which must be this one."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    told = answer.json()
    assert told["type"].endswith(f"/{problem}"), told
    return told
