"""`braid demo`: the example people's journeys through the gateway, as a case-management system makes them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import typer
import yaml

from braid.command_line.demonstration_text import tell_journey, tell_proof

EXAMPLE_COUNCIL = "E10009999"
QUESTIONNAIRE = "example-council"
PEOPLE = Path(__file__).parent.parent / "example_council" / "people"
#: How long a journey may take before we say that it hangs, in seconds.
PATIENCE_S = 30
POLL_S = 0.05
#: How often the same is asked of a service that cannot answer for the moment.
TRIES_MOST = 5


@dataclass(frozen=True)
class ExamplePerson:
    """One of the example council's people: a whole set of answers, saying what is published of it and what is ours."""

    reference: str
    name: str
    about: str
    published: str
    ours: str
    user_group: str
    agreed_on: date
    answers: Mapping[str, Any]
    practitioner_answers: Mapping[str, Any]


def example_people() -> list[ExamplePerson]:
    """The example council's people, in the order of their files."""
    return [_read(file) for file in sorted(PEOPLE.glob("*.yaml"))]


def _read(file: Path) -> ExamplePerson:
    told = yaml.safe_load(file.read_text())
    return ExamplePerson(
        reference=file.stem.replace("_", "-"),
        name=told["name"],
        about=told["about"],
        published=told["published"],
        ours=told["ours"],
        user_group=told["user_group"],
        agreed_on=told["agreed_on"],
        answers=told["person"],
        practitioner_answers=told["practitioner"],
    )


async def demonstrate(url: str, *, then: Callable[[str], Awaitable[None]]) -> None:
    """Run every example person's journey on a running platform and print each budget, then the ledger's proof.

    Args:
        then: what is told of the platform at this address before the proof.
    """
    run = uuid4().hex[:6]
    try:
        async with signed_in(url, "practitioner") as practitioner:
            for person in example_people():
                person_id = await make_journey(practitioner, person, reference=f"{person.reference}-{run}")
                typer.echo(
                    tell_journey(person.name, person.about, person.published, await _whole(practitioner, person_id))
                )
        await then(url)
        async with signed_in(url, "auditor") as auditor:
            typer.echo(tell_proof((await asked(auditor, "GET", "/v1/journal/proof")).json()))
    except httpx.TransportError as error:
        typer.echo(f"Nothing answers at {url}. Start the platform with: make run", err=True)
        raise typer.Exit(1) from error


async def load_example_people(url: str) -> int:
    """Make the example people's journeys where the council has nobody yet; returns how many."""
    async with signed_in(url, "practitioner") as practitioner:
        if (await asked(practitioner, "GET", "/v1/people")).json()["people"]:
            return 0
        people = example_people()
        made = [await make_journey(practitioner, person, reference=person.reference) for person in people]
        for person_id, until_on in zip(made, (None, "2015-12-31"), strict=False):
            await asked(practitioner, "POST", f"/v1/people/{person_id}/authorities", _authority(until_on))
        return len(people)


def _authority(until_on: str | None) -> dict[str, Any]:
    """Of whoever signs in to the example as a delegate."""
    return {
        "holder_name": "A daughter (a made-up name)",
        "holder_subject": "delegate:example",
        "kind": "welfare_deputy",
        "decisions": ["assessment", "care_and_support"],
        "from_on": "2009-01-01",
        "until_on": until_on,
        "evidence": "The order of the court was seen.",
    }


async def make_journey(
    client: httpx.AsyncClient, person: ExamplePerson, *, reference: str, patience_s: float = PATIENCE_S
) -> UUID:
    """Open a case, answer, hand in, agree, and wait until every stream has decided and the ledger has its part.

    Raises:
        TimeoutError: it did not get there in ``patience_s`` seconds.
    """
    person_id = await agree_assessment(client, person, reference=reference)
    await wait_until_settled(client, person_id, patience_s=patience_s)
    return person_id


async def agree_assessment(client: httpx.AsyncClient, person: ExamplePerson, *, reference: str) -> UUID:
    """Open a case, answer, hand in and agree; what follows comes by events."""
    reviewed = await review_assessment(client, person, reference=reference)
    await agree(client, reviewed)
    return reviewed.person_id


@dataclass(frozen=True)
class Reviewed:
    """An assessment that is ready to be agreed."""

    person_id: UUID
    path: str
    on: str
    answer: httpx.Response


async def agree(client: httpx.AsyncClient, reviewed: Reviewed) -> None:
    """Agree an assessment; what follows comes by events."""
    path = f"{reviewed.path}/agreement"
    await asked(client, "POST", path, {"agreed_on": reviewed.on}, after=reviewed.answer)


async def review_assessment(client: httpx.AsyncClient, person: ExamplePerson, *, reference: str) -> Reviewed:
    """Open a case, answer and hand in as the person, and answer the practitioner's questions."""
    on = person.agreed_on.isoformat()
    case = {"reference": reference, "name": person.name, "user_group": person.user_group, "opened_on": on}
    person_id = UUID((await asked(client, "POST", "/v1/people", case)).json()["person_id"])
    begun = await asked(client, "POST", f"/v1/people/{person_id}/assessments", {"questionnaire": QUESTIONNAIRE})
    path = f"/v1/assessments/{begun.json()['assessment_id']}"
    saved = await asked(client, "PUT", f"{path}/answers", _answers("person", person.answers), after=begun)
    await _ask_carer(client, person_id, person, on)
    handed_in = await asked(client, "POST", f"{path}/submission", {"submitted_on": on}, after=saved)
    reviewed = await asked(
        client, "PUT", f"{path}/answers", _answers("practitioner", person.practitioner_answers), after=handed_in
    )
    return Reviewed(person_id, path, on, reviewed)


async def _ask_carer(client: httpx.AsyncClient, person_id: UUID, person: ExamplePerson, on: str) -> None:
    """Let the carer say themselves what the person said of them: nobody else's word counts."""
    if (statement := carers_own_word(person, on)) is None:
        return
    carer = {"name": "Somebody close (a made-up name)", "relationship": "family"}
    carer_id = (await asked(client, "POST", f"/v1/people/{person_id}/carers", carer)).json()["carer_id"]
    await asked(client, "POST", f"/v1/carers/{carer_id}/statements", statement)


def carers_own_word(person: ExamplePerson, on: str) -> dict[str, Any] | None:
    """What the carer of an example person says, where they are willing and able; the person's answers tell how much."""
    if person.answers.get("carer_willing_and_able") is not True:
        return None
    helps = {name.removeprefix("help_"): told for name, told in person.answers.items() if name.startswith("help_")}
    domains = {domain: {"help": told, "willing": "yes", "able": "yes"} for domain, told in helps.items()}
    return {"said_by": "carer", "said_on": on, "domains": domains}


async def wait_until_settled(
    client: httpx.AsyncClient, person_id: UUID, *, patience_s: float = PATIENCE_S
) -> dict[str, Any]:
    """Wait until every award that holds money has its fund; returns the whole budget.

    Raises:
        TimeoutError: it did not get there in ``patience_s`` seconds.
    """
    async with asyncio.timeout(patience_s):
        while True:
            whole = await _whole(client, person_id)
            if is_settled(whole):
                return whole
            await asyncio.sleep(POLL_S)


def is_settled(whole: Mapping[str, Any]) -> bool:
    """Whether every stream has decided and every award that holds money has its open fund."""
    if not whole["awards"] or not whole["progress"]:
        return False
    awards: Sequence[Mapping[str, Any]] = whole["awards"]["awards"]
    funded = {fund["stream"] for fund in whole["budget"]["funds"]} if whole["budget"] else set()
    with_money = {
        award["stream"] for award in awards if award["status"] in ("confirmed", "indicative") and award["amount_pence"]
    }
    told = set(whole["progress"]["awards"]) == {award["stream"] for award in awards}
    return told and funded == with_money and whole["progress"]["stage"] != "waiting_for_decisions"


def _answers(role: str, answers: Mapping[str, Any]) -> dict[str, Any]:
    return {"answered_as": role, "answers": dict(answers)}


@asynccontextmanager
async def signed_in(url: str, role: str, name: str = "example") -> AsyncIterator[httpx.AsyncClient]:
    """A client of the gateway, signed in at the example council in a role."""
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        who = {"council": EXAMPLE_COUNCIL, "role": role, "name": name}
        answer = await client.post("/development/tokens", json=who)
        answer.raise_for_status()
        client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
        yield client


async def _whole(client: httpx.AsyncClient, person_id: UUID) -> dict[str, Any]:
    whole: dict[str, Any] = (await asked(client, "GET", f"/v1/people/{person_id}/whole-budget")).json()
    return whole


async def asked(
    client: httpx.AsyncClient, method: str, path: str, body: Any = None, *, after: httpx.Response | None = None
) -> httpx.Response:
    """Ask for what must be allowed, with the version that an earlier answer showed.

    Raises:
        typer.Exit: it was refused; why is told.
    """
    headers = {"idempotency-key": str(uuid4())} if method == "POST" else {}
    if after is not None:
        headers["if-match"] = after.headers["etag"]
    for _ in range(TRIES_MOST):
        answer = await client.request(method, path, json=body, headers=headers)
        if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
            break
        # Too busy for the moment; sent again under its key, or for the version seen, it takes effect once.
        await asyncio.sleep(int(answer.headers.get("retry-after", 1)))
    if answer.is_error:
        raise typer.Exit(_refused(method, path, answer))
    return answer


def _refused(method: str, path: str, answer: httpx.Response) -> int:
    typer.echo(f"{method} {path} was refused with {answer.status_code}: {answer.text}", err=True)
    return 1
