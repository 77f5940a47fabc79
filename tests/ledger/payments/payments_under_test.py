"""Payments as a council's finance officers use them: over HTTP, each call a transaction of its own."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx

from braid.kit.identity import Principal, Role, TokenSigner, create_keys, internal_signer, internal_verifier
from braid.kit.service import build_api
from braid.kit.unit_of_work import UnitOfWork
from tests.ledger.ledger_under_test import LedgerUnderTest

FIRST_DAY, LAST_DAY = date(2009, 6, 1), date(2010, 5, 30)

#: The council's own account, as Bacs knows it.
PAYER = {
    "sort_code": "200000",
    "account_number": "73124567",
    "name": "Example Council",
    "service_user_number": "123456",
}

#: Two hundred pounds a week, four weeks in advance.
FOUR_WEEKLY: Mapping[str, Any] = {
    "starts_on": "2009-06-01",
    "ends_on": "2010-05-30",
    "every": "four_weeks",
    "in_advance": True,
    "paid": "gross",
    "rates": [{"from_on": "2009-06-01", "pence_per_week": 20_000, "contribution_pence_per_week": 0}],
}


class PaymentsUnderTest:
    """One council's payments."""

    def __init__(self, ledger: LedgerUnderTest, client: httpx.AsyncClient, signer: TokenSigner) -> None:
        self.ledger = ledger
        self._client = client
        self._signer = signer

    async def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | bytes | None = None,
        *,
        by: str = "builder",
        role: Role = Role.FINANCE_OFFICER,
        person_id: UUID | None = None,
        key: str | None = None,
    ) -> httpx.Response:
        """Ask as somebody in a role; every unsafe call has a key of its own unless told."""
        principal = Principal(by, self.ledger.council, frozenset({role}), person_id)
        headers = {"authorization": f"Bearer {self._signer.sign(principal)}"}
        if method != "GET":
            headers["idempotency-key"] = key or str(uuid4())
        content = {"content": body} if isinstance(body, bytes) else {"json": body} if body is not None else {}
        return await self._client.request(method, f"/v1{path}", headers=headers, **content)

    async def get(self, path: str, **who: Any) -> Any:
        """Read something that is there."""
        answer = await self.ask("GET", path, **who)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, body: Mapping[str, Any] | None = None, **who: Any) -> Any:
        """Do something that is allowed."""
        answer = await self.ask("POST", path, body, **who)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    async def refused(self, path: str, body: Mapping[str, Any] | None = None, **who: Any) -> tuple[int, str, str]:
        """Do something that is not; returns the status, the problem's type and its detail."""
        answer = await self.ask("POST", path, body, **who)
        assert answer.headers["content-type"] == "application/problem+json", answer.text
        problem = answer.json()
        return answer.status_code, problem["type"].rsplit("/", 1)[-1], problem.get("detail", "")

    async def a_fund(self, person: UUID, *, not_before: Sequence[UUID] = (), **award: Any) -> UUID:
        """Give a person an award of ten thousand pounds unless told; returns its fund, which none before was."""
        await self.ledger.take(self.ledger.an_award_decided(person, **{"amount_pence": 1_040_000, **award}))
        budget = await self.get(f"/people/{person}/budget")
        stream = award.get("stream", "adult_social_care")
        found = [UUID(fund["fund_id"]) for fund in budget["funds"] if fund["stream"] == stream]
        return next(fund for fund in found if fund not in not_before)

    async def a_payee(
        self, person: UUID, *, kind: str = "holder", account_number: str = "55779911", confirmed: bool = True
    ) -> UUID:
        """Write down an account and have it confirmed."""
        given = {"kind": kind, "sort_code": "20-00-00", "account_number": account_number, "name": "A Payee"}
        payee = await self.post(f"/people/{person}/payees", given, by="writer")
        if confirmed:
            await self.confirm(payee["payee_id"], 1)
        return UUID(payee["payee_id"])

    async def change_account(self, payee: UUID | str, account_number: str) -> int:
        """Write down another account; nobody has confirmed it yet."""
        given = {"sort_code": "200000", "account_number": account_number, "name": "A Payee"}
        return int((await self.post(f"/payees/{payee}/accounts", given, by="writer"))["version"])

    async def confirm(self, payee: UUID | str, version: int) -> None:
        """Have an account confirmed by somebody else."""
        await self.post(f"/payees/{payee}/accounts/{version}/confirmation", by="confirmer")

    async def a_schedule(
        self, person: UUID, fund: UUID, payee: UUID, *, name: str = "main", **terms: Any
    ) -> Mapping[str, Any]:
        """Pay two hundred pounds a week, four weeks in advance, unless told."""
        schedule: Mapping[str, Any] = await self.post(
            f"/people/{person}/payment-schedules",
            {
                "name": name,
                "fund_id": str(fund),
                "payee_id": str(payee),
                "reference": "CARE BUDGET",
                "reason": "As agreed in the support plan",
                "terms": {**FOUR_WEEKLY, **terms},
            },
        )
        return schedule

    async def an_invoice(
        self,
        person: UUID,
        payee: UUID,
        parts: Mapping[UUID, int],
        *,
        uses: Sequence[str] = (),
        on: str = "2009-06-01",
    ) -> httpx.Response:
        """An invoice for one day, from one fund or several."""
        invoice = {
            "number": "INV 7",
            "payee_id": str(payee),
            "from_on": on,
            "to_on": on,
            "due_on": on,
            "parts": [
                {"fund_id": str(fund), "pence": pence, "use": use}
                for (fund, pence), use in zip(parts.items(), uses or ["care.personal"] * len(parts), strict=True)
            ],
            "reference": "INVOICE",
            "why": "Support",
        }
        return await self.ask("POST", f"/people/{person}/invoices-due", invoice)

    async def somebody_paid(self, **terms: Any) -> tuple[UUID, UUID, UUID]:
        """A person with a fund, an account and a schedule; returns all three."""
        person = uuid4()
        fund, payee = await self.a_fund(person), await self.a_payee(person)
        await self.a_schedule(person, fund, payee, **terms)
        return person, fund, payee

    async def built(self, due_by: str = "2009-06-01", **values: Any) -> Any:
        """A run, built."""
        return await self.post("/payment-runs", {"due_by": due_by, "pay_on": "2009-06-01", **values})

    async def checked(self, due_by: str = "2009-06-01", **values: Any) -> Any:
        """A run, built and checked."""
        run = await self.built(due_by, **values)
        return await self.post(f"/payment-runs/{run['run_id']}/check")

    async def approved(self, due_by: str = "2009-06-01", **values: Any) -> Any:
        """A run, approved by somebody else."""
        run = await self.checked(due_by, **values)
        return await self.post(f"/payment-runs/{run['run_id']}/approval", by="approver", role=Role.APPROVER)

    async def filed(self, due_by: str = "2009-06-01", *, file_format: str = "pain001", **values: Any) -> Any:
        """A run whose file was made."""
        return await self.file(await self.approved(due_by, **values), file_format)

    async def file(self, run: Mapping[str, Any], file_format: str = "pain001") -> Any:
        """Have the file of an approved run made."""
        return await self.post(f"/payment-runs/{run['run_id']}/file", {"format": file_format, "payer": PAYER})

    async def sent(self, due_by: str = "2009-06-01", **values: Any) -> Any:
        """A run that went to the bank."""
        run = await self.filed(due_by, **values)
        return await self.post(f"/payment-runs/{run['run_id']}/sent")

    async def paid(self, due_by: str = "2009-06-01", **values: Any) -> Any:
        """A run that the bank paid."""
        run = await self.sent(due_by, **values)
        await self.post(f"/payment-runs/{run['run_id']}/finish")
        return await self.run(run)

    async def run(self, run: Mapping[str, Any]) -> Any:
        """A run as it is now."""
        return await self.get(f"/payment-runs/{run['run_id']}")

    async def items(self, run: Mapping[str, Any], state: str | None = None) -> list[Any]:
        """The payments of a run."""
        found: list[Any] = (await self.get(f"/payment-runs/{run['run_id']}/items"))["items"]
        return [item for item in found if state in (None, item["state"])]

    async def tell(self, run: Mapping[str, Any], answer_id: str = "answer", **words: str) -> Any:
        """Tell what the bank said, by payment."""
        told = [_told(payment_id, word) for payment_id, word in words.items()]
        return await self.post(f"/payment-runs/{run['run_id']}/results", {"answer_id": answer_id, "payments": told})

    async def balances(self, fund: UUID) -> dict[str, int]:
        """What stands on a fund's own accounts and on the council's, in pence; nothing is left out."""
        async with self.ledger.as_app() as db:
            rows = await db.fetch(
                "SELECT a.code, sum(l.amount_pence)::bigint AS pence FROM account a JOIN journal_leg l"
                " USING (account_id) WHERE a.fund_id = $1 OR a.fund_id IS NULL GROUP BY a.code"
                " HAVING sum(l.amount_pence) <> 0",
                fund,
            )
        return {row["code"]: row["pence"] for row in rows}

    @asynccontextmanager
    async def work(self) -> AsyncIterator[UnitOfWork]:
        """A transaction of the council; whoever wants it kept commits it."""
        async with self.ledger.runtime.units.for_council(self.ledger.council) as work:
            yield work


def _told(payment_id: str, word: str) -> Mapping[str, Any]:
    word, _, reason_code = word.partition(" ")
    return {"end_to_end_id": payment_id.removeprefix("p"), "word": word, "reason_code": reason_code}


def told_as(payment: Mapping[str, Any]) -> str:
    """A payment's end-to-end id, as a keyword."""
    return "p" + UUID(payment["payment_id"]).hex


@asynccontextmanager
async def payments_of(ledger: LedgerUnderTest, directory: Path) -> AsyncIterator[PaymentsUnderTest]:
    """Payments over HTTP for one council's ledger."""
    create_keys(directory, "internal")
    app = build_api(ledger.runtime, verifier=internal_verifier(directory / "internal-public.jwks.json"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ledger") as client:
        yield PaymentsUnderTest(ledger, client, internal_signer(directory / "internal-private.pem"))
