"""An agency without Kafka: the same decisions by REST, taken the same, refused in the same words."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from braid.command_line.embedded_platform import Databases
from braid.kit.delivery import Taken
from braid.kit.identity import Role

from .partner_material import AGENCY, told
from .partner_office import PartnerOffice

ONE = f"{AGENCY}/decisions/ILF-1"


@pytest.fixture
async def office(databases: Databases, tmp_path: Path) -> AsyncIterator[PartnerOffice]:
    """The service on a database of its own."""
    opened = PartnerOffice(databases, tmp_path)
    yield opened
    await opened.close()


async def test_a_decision_takes_effect_at_once_and_says_what_became_of_it(office: PartnerOffice) -> None:
    person = uuid4()
    await office.know(person)

    answer = await office.tell(told(person, amount_pence=30_000))

    assert answer.status_code == 200
    became = answer.json()
    assert [(one["version"], one["kind"], one["standing"]) for one in became["versions"]] == [(1, "change", "in_force")]
    assert became["award"] | {"award_id": None} == {
        "award_id": None,
        "version": 2,
        "status": "confirmed",
        "starts_on": "2009-06-01",
        "ends_on": "2010-05-30",
        "amount_pence": 30_000 * 52,
        "contribution_pence": 0,
        "rests_on": "ILF-1",
    }
    assert (await office.ask("GET", ONE)).json() == became


async def test_a_decision_is_the_same_whichever_way_it_comes(office: PartnerOffice) -> None:
    by_rest, by_kafka = uuid4(), uuid4()
    for person in (by_rest, by_kafka):
        await office.know(person)

    await office.tell(told(by_rest, reference="R"))
    await office.deliver(told(by_kafka, reference="K"))
    again = await office.tell(told(by_kafka, reference="K"))

    rest, kafka = await office.award(by_rest), await office.award(by_kafka)
    assert (rest.version, rest.status, rest.lines) == (kafka.version, kafka.status, kafka.lines)
    assert again.status_code == 200


async def test_a_decision_about_somebody_unknown_waits(office: PartnerOffice) -> None:
    answer = await office.tell(told(uuid4()))

    assert (answer.json()["versions"][0]["standing"], answer.json()["award"]) == ("waiting", None)


async def test_a_correction_supersedes(office: PartnerOffice) -> None:
    person = uuid4()
    await office.know(person)
    await office.tell(told(person, "refuse"))

    became = (await office.tell(told(person, version=2))).json()

    assert [one["standing"] for one in became["versions"]] == ["superseded", "in_force"]
    assert became["award"]["status"] == "confirmed"


async def test_a_repeat_with_the_same_key_is_answered_as_before(office: PartnerOffice) -> None:
    word = told(uuid4())

    first, second = [await office.tell(word, key="same") for _ in range(2)]

    assert second.headers["idempotency-replayed"] == "true"
    assert first.json() == second.json()


async def test_what_the_dead_letters_would_say_the_answer_says(office: PartnerOffice) -> None:
    person = uuid4()
    await office.tell(told(person))
    other_content, other_stream = told(person, amount_pence=1), told(person, stream="adult_social_care", version=2)

    answers = [await office.tell(word) for word in (other_content, other_stream)]
    assert await office.deliver(other_content, other_stream) == [Taken.DEAD_LETTERED] * 2

    assert [answer.status_code for answer in answers] == [409, 422]
    assert [answer.json()["type"].rpartition("/")[2] for answer in answers] == ["told-otherwise", "not-your-stream"]
    assert [answer.json()["detail"] for answer in answers] == [letter.error for letter in await office.letters(person)]


@pytest.mark.parametrize(
    "changes",
    [{"kind": "maybe"}, {"effective_on": "soon"}, {"money": None}, {"reasons": []}, {"version": "one"}],
    ids=str,
)
async def test_a_malformed_decision_is_refused_by_rest_as_by_kafka(
    office: PartnerOffice, changes: dict[str, Any]
) -> None:
    spoilt = told(uuid4()).model_dump(mode="json") | changes

    answer = await office.ask("POST", f"{AGENCY}/decisions", spoilt)

    assert answer.status_code == 422
    assert answer.json()["errors"]


async def test_a_field_that_we_do_not_know_is_passed_over_both_ways(office: PartnerOffice) -> None:
    newer = told(uuid4()).model_dump(mode="json") | {"added_later": 1}

    assert (await office.ask("POST", f"{AGENCY}/decisions", newer)).status_code == 200
    assert (await office.ask("POST", f"{AGENCY}/decisions", "not JSON")).status_code == 422


async def test_no_agency_acts_in_anothers_name(office: PartnerOffice) -> None:
    word = told(uuid4())
    body = word.model_dump(mode="json")

    as_another = await office.tell(word, agency="somebody-else")
    for_another = await office.ask("POST", "somebody-else/decisions", body, agency="somebody-else")
    of_another = await office.ask("GET", ONE, agency="somebody-else")

    assert [answer.status_code for answer in (as_another, for_another, of_another)] == [403, 422, 403]
    assert for_another.json()["type"].endswith("/agency-mismatch")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PARTNER])
async def test_nobody_but_a_partner_tells_or_reads_a_decision(office: PartnerOffice, role: Role) -> None:
    await office.tell(told(uuid4()))

    assert (await office.tell(told(uuid4(), reference="R"), role=role)).status_code == 403
    assert (await office.ask("GET", ONE, role=role)).status_code == 403


async def test_an_agency_decides_for_the_council_of_its_token_alone(office: PartnerOffice) -> None:
    person = uuid4()
    await office.know(person)
    await office.tell(told(person, reference="R"))

    told_elsewhere = await office.tell(told(person, council="E10009998"))
    read_elsewhere = await office.ask("GET", f"{AGENCY}/decisions/R", council="E10009998")

    assert (told_elsewhere.status_code, read_elsewhere.status_code) == (403, 404)


async def test_an_agency_does_not_see_a_persons_record(office: PartnerOffice) -> None:
    person = uuid4()
    await office.know(person)

    assert (await office.ask("GET", f"../people/{person}/awards")).status_code == 403
    answer = await office.tell(told(person))
    assert "trace" not in answer.text
    assert "facts" not in answer.text


async def test_a_reference_that_was_never_told_is_not_found(office: PartnerOffice) -> None:
    assert (await office.ask("GET", ONE)).status_code == 404
