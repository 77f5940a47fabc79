"""The ledger over HTTP: who may see what."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from braid.contracts.award import AwardStatus as Status
from braid.kit.identity import (
    COUNCIL_ROLES,
    Principal,
    Role,
    TokenSigner,
    create_keys,
    internal_signer,
    internal_verifier,
)
from braid.kit.service import build_api
from tests.ledger.builders import OTHER_COUNCIL, Stream
from tests.ledger.ledger_under_test import LedgerUnderTest


class LedgerApi:
    """Asks the ledger as the gateway does, with an internal token."""

    def __init__(self, client: httpx.AsyncClient, signer: TokenSigner, council: str) -> None:
        self._client = client
        self._signer = signer
        self._council = council

    async def get(
        self, path: str, role: Role = Role.PRACTITIONER, *, council: str | None = None, person_id: UUID | None = None
    ) -> httpx.Response:
        """Ask as somebody in a role."""
        principal = Principal("somebody", council or self._council, frozenset({role}), person_id)
        headers = {"authorization": f"Bearer {self._signer.sign(principal)}"}
        return await self._client.get(path, headers=headers)


@pytest.fixture
async def api(ledger: LedgerUnderTest, tmp_path: Path) -> AsyncIterator[LedgerApi]:
    create_keys(tmp_path, "internal")
    app = build_api(ledger.runtime, verifier=internal_verifier(tmp_path / "internal-public.jwks.json"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ledger") as client:
        yield LedgerApi(client, internal_signer(tmp_path / "internal-private.pem"), ledger.council)


async def test_a_budget_is_told_with_its_parts_adding_up_to_the_whole(api: LedgerApi, ledger: LedgerUnderTest) -> None:
    person = uuid4()
    await ledger.take(
        ledger.an_award_decided(person, amount_pence=520_000, contribution_pence=20_000),
        ledger.an_award_decided(
            person, stream=Stream.INDEPENDENT_LIVING_FUND, status=Status.INDICATIVE, amount_pence=200_000
        ),
    )

    budget = (await api.get(f"/v1/people/{person}/budget")).json()

    assert (budget["confirmed_pence"], budget["indicative_pence"], budget["total_pence"]) == (520_000, 200_000, 720_000)
    assert sum(fund["amount_pence"] for fund in budget["funds"]) == budget["total_pence"]
    assert {fund["stream"]: fund["awarded_pence"] for fund in budget["funds"]} == {
        "adult_social_care": 520_000,
        "independent_living_fund": 0,
    }


async def test_the_entries_of_a_budget_are_told_with_corrections(api: LedgerApi, ledger: LedgerUnderTest) -> None:
    person = uuid4()
    await ledger.take(*(ledger.an_award_decided(person, version=v, amount_pence=100 * v) for v in (1, 2)))

    entries = (await api.get(f"/v1/people/{person}/budget/entries")).json()["entries"]

    assert [(entry["kind"], entry["reverses"]) for entry in entries] == [("award", None), ("award_revision", None)]
    assert all(sum(leg["amount_pence"] for leg in entry["legs"]) == 0 for entry in entries)
    assert all(len(entry["link"]) == 64 for entry in entries)


@pytest.mark.parametrize("role", sorted(COUNCIL_ROLES))
async def test_the_councils_staff_may_read_a_budget(api: LedgerApi, ledger: LedgerUnderTest, role: Role) -> None:
    award = ledger.an_award_decided()
    await ledger.take(award)

    assert (await api.get(f"/v1/people/{award.person_id}/budget", role)).status_code == 200


@pytest.mark.parametrize("path", ["budget", "budget/entries"])
async def test_a_person_reads_their_own_budget_and_nobody_elses(
    api: LedgerApi, ledger: LedgerUnderTest, path: str
) -> None:
    award, other = ledger.an_award_decided(), ledger.an_award_decided()
    await ledger.take(award, other)
    holder = award.person_id

    own = await api.get(f"/v1/people/{holder}/{path}", Role.BUDGET_HOLDER, person_id=holder)
    anothers = await api.get(f"/v1/people/{other.person_id}/{path}", Role.BUDGET_HOLDER, person_id=holder)

    assert (own.status_code, anothers.status_code) == (200, 404)


@pytest.mark.parametrize("path", ["budget", "budget/entries"])
async def test_another_councils_budget_is_not_found_just_as_one_that_is_not_there(
    api: LedgerApi, ledger: LedgerUnderTest, path: str
) -> None:
    award = ledger.an_award_decided()
    await ledger.take(award)

    anothers = await api.get(f"/v1/people/{award.person_id}/{path}", council=OTHER_COUNCIL)
    nobodys = await api.get(f"/v1/people/{uuid4()}/{path}")

    assert anothers.status_code == nobodys.status_code == 404
    assert anothers.json() == nobodys.json()
    assert anothers.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("role", [Role.FINANCE_OFFICER, Role.AUDITOR, Role.SYSTEM])
async def test_finance_and_audit_may_have_the_journal_proved(
    api: LedgerApi, ledger: LedgerUnderTest, role: Role
) -> None:
    await ledger.take(ledger.an_award_decided(amount_pence=520_000))

    answer = await api.get("/v1/journal/proof", role)

    proof = answer.json()
    assert (answer.status_code, proof["holds"], proof["entries"]) == (200, True, 1)
    assert proof["debits_less_credits_pence"] == {"adult_social_care": 0}
    assert sum(line["balance_pence"] for line in proof["trial_balance"]) == 0


@pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.APPROVER, Role.BUDGET_HOLDER])
async def test_others_may_not_have_the_journal_proved(api: LedgerApi, role: Role) -> None:
    answer = await api.get("/v1/journal/proof", role, person_id=uuid4())

    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_journal_that_does_not_hold_says_where(api: LedgerApi, ledger: LedgerUnderTest) -> None:
    await ledger.take(ledger.an_award_decided(), ledger.an_award_decided())
    await ledger.forge("UPDATE journal_entry SET reason = 'other' WHERE council = $1 AND sequence = 2")

    proof = (await api.get("/v1/journal/proof", Role.AUDITOR)).json()

    assert (proof["holds"], proof["broken_at"]) == (False, 2)
    assert proof["difference"] == "the entry is not as it was written"


async def test_an_end_that_an_earlier_proof_told_is_expected_of_a_later_one(
    api: LedgerApi, ledger: LedgerUnderTest
) -> None:
    await ledger.take(ledger.an_award_decided())
    told = (await api.get("/v1/journal/proof", Role.AUDITOR)).json()["head"]
    await ledger.take(ledger.an_award_decided())
    forged = f"2:{told.partition(':')[2]}"

    answers = [
        await api.get(f"/v1/journal/proof?expect={expected}", Role.AUDITOR) for expected in (told, forged, "2", "2:x")
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 422, 422]
    assert [answer.json()["holds"] for answer in answers[:2]] == [True, False]


async def test_proofs_are_counted_by_what_they_found(api: LedgerApi, ledger: LedgerUnderTest) -> None:
    """For whoever watches the service: one that is broken is a reason to wake somebody."""
    await ledger.take(ledger.an_award_decided(), ledger.an_award_decided())
    before = await proofs_counted(api)
    await api.get("/v1/journal/proof", Role.AUDITOR)
    await ledger.forge("UPDATE journal_entry SET reason = 'other' WHERE council = $1 AND sequence = 2")
    for _ in range(2):
        await api.get("/v1/journal/proof", Role.AUDITOR)

    after = await proofs_counted(api)

    assert {found: after[found] - before.get(found, 0) for found in after} == {"whole": 1, "broken": 2}


async def proofs_counted(api: LedgerApi) -> dict[str, float]:
    """What the service's metrics say of proofs since the process began."""
    told = (await api.get("/metrics")).text
    return {
        found: float(count)
        for found, count in re.findall(r'^braid_ledger_proofs_total\{found="(\w+)"\} (.+)$', told, re.M)
    }


async def test_another_council_proves_its_own_journal_only(api: LedgerApi, ledger: LedgerUnderTest) -> None:
    await ledger.take(ledger.an_award_decided())

    proof = (await api.get("/v1/journal/proof", Role.AUDITOR, council=OTHER_COUNCIL)).json()

    assert (proof["entries"], proof["trial_balance"]) == (0, [])


@pytest.mark.parametrize("authorization", [None, "Bearer nonsense", "Basic abc"])
async def test_without_a_token_of_the_gateways_nothing_is_told(api: LedgerApi, authorization: str | None) -> None:
    headers = {"authorization": authorization} if authorization else {}
    answer = await api._client.get(f"/v1/people/{uuid4()}/budget", headers=headers)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
