"""A council's desk: awards, items, money paid out, files taken in, and questions answered, over the real API."""

import base64
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx

from braid.contracts.uses import PermittedUse, Use
from braid.kit.identity import Principal, Role, TokenSigner
from services.ledger.domain import postings
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.funds import budget_id_of
from services.ledger.domain.postings import About, Part
from tests.ledger.builders import Stream
from tests.ledger.ledger_under_test import LedgerUnderTest
from tests.ledger.spending.builders import FIRST_DAY

MAPPING = {"date": "Date", "amount": "Amount", "text": ["Text"], "counterparty": "Payee", "date_format": "%Y-%m-%d"}
CARE = (Use.CARE_PERSONAL, Use.LEISURE_ACTIVITY)


class Line:
    """A line of the person's account: money out above zero, as people say it."""

    def __init__(self, on: date, payee: str, pence: int, *, text: str = "", reference: str = "") -> None:
        self.on, self.payee, self.pence, self.text, self.reference = on, payee, pence, text, reference


class Desk:
    """Everything that the tests of spending do, as the roles that do it."""

    def __init__(self, client: httpx.AsyncClient, signer: TokenSigner, ledger: LedgerUnderTest) -> None:
        self._client = client
        self._signer = signer
        self.ledger = ledger
        self.person = uuid4()

    @property
    def budget_id(self) -> UUID:
        """The person's budget."""
        return budget_id_of(self.ledger.council, self.person)

    @property
    def home(self) -> str:
        """Where the person's budget is."""
        return f"/v1/people/{self.person}/budget"

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        role: Role = Role.FINANCE_OFFICER,
        person_id: UUID | None = None,
        key: str | None = None,
        council: str | None = None,
        by: str = "somebody",
        content: bytes | None = None,
    ) -> httpx.Response:
        """Ask as somebody in a role; with ``content`` for a body that our own writer of JSON would not write."""
        principal = Principal(by, council or self.ledger.council, frozenset({role}), person_id)
        headers = {"authorization": f"Bearer {self._signer.sign(principal)}", "idempotency-key": key or str(uuid4())}
        headers |= {"content-type": "application/json"} if content is not None else {}
        return await self._client.request(method, path, headers=headers, json=body, content=content)

    async def get(self, path: str, role: Role = Role.FINANCE_OFFICER, **params: Any) -> Any:
        """Read something that must be there."""
        query = "&".join(f"{name}={value}" for name, value in params.items())
        answer = await self.ask("GET", f"{path}?{query}", role=role)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def award(
        self,
        stream: Stream = Stream.ADULT_SOCIAL_CARE,
        pence: int = 520_000,
        *,
        uses: Sequence[Use] = CARE,
        version: int = 1,
        **others: Any,
    ) -> UUID:
        """Have a stream award money; returns the fund."""
        permitted = tuple(PermittedUse(use=use, condition=None) for use in uses)
        extra = {"permitted_uses": permitted, **others.pop("others", {})}
        event = self.ledger.an_award_decided(
            self.person, stream=stream, amount_pence=pence, version=version, others=extra, **others
        )
        await self.ledger.take(event)
        funds = (await self.get(self.home))["funds"]
        return next(UUID(fund["fund_id"]) for fund in funds if fund["stream"] == stream.value)

    async def pay_out(self, fund_id: UUID, pence: int, *, stream: Stream = Stream.ADULT_SOCIAL_CARE) -> None:
        """Pay an advance into the person's own account."""
        part = Part(fund_id, stream.value, pence)
        about = About(uuid4(), self.budget_id, FIRST_DAY, "Paid in advance")
        await self.ledger.post(postings.advanced(about, [part], source=Account.FUND_AVAILABLE))

    async def plan(self, text: str, payees: Sequence[str], pence: int, **others: Any) -> UUID:
        """Put an item into the plan."""
        item_id = uuid4()
        body = {
            "text": text,
            "use": "care.personal",
            "pence": pence,
            "cadence": "weekly",
            "starts_on": "2009-06-01",
            "ends_on": "2010-05-30",
            "payees": list(payees),
            "relation": "not_related",
            **others,
        }
        answer = await self.ask("PUT", f"{self.home}/items/{item_id}", body, role=Role.PRACTITIONER)
        assert answer.status_code == 200, answer.text
        return item_id

    async def take_in(self, *lines: Line, account: str = "12345612345678", is_card: bool = False) -> Any:
        """Take in a statement that must be taken."""
        body = self.file(*lines, account=account, is_card=is_card)
        answer = await self.ask("POST", f"{self.home}/spending-files", body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def file(self, *lines: Line, account: str = "12345612345678", is_card: bool = False) -> dict[str, Any]:
        """A statement as CSV."""
        has_references = any(line.reference for line in lines)
        rows = ["Date,Amount,Payee,Text,Id"]
        rows += [
            f"{line.on},{-line.pence / 100:.2f},{line.payee},{line.text or line.payee},{line.reference}"
            for line in lines
        ]
        mapping = {**MAPPING, **({"reference": "Id"} if has_references else {})}
        content = base64.b64encode("\r\n".join(rows).encode()).decode()
        return {"format": "csv", "content": content, "mapping": mapping, "account": account, "is_card": is_card}

    async def answer(self, query: dict[str, Any], answer: str, *, role: Role = Role.PRACTITIONER, **others: Any) -> Any:
        """Answer a query; the answer must be taken."""
        body = {"answer": answer, "on": "2009-07-15", **others}
        told = await self.ask("POST", f"{self.home}/queries/{query['query_id']}/answer", body, role=role)
        assert told.status_code == 200, told.text
        return told.json()["queries"]

    async def spends(self) -> list[dict[str, Any]]:
        """Every spend of the person."""
        told: list[dict[str, Any]] = (await self.get(f"{self.home}/spends"))["spends"]
        return told

    async def balance(self, fund_id: UUID, account: Account) -> int:
        """What a fund has on an account, above zero for money of the person."""
        from services.ledger import queries

        async with self.ledger.runtime.units.for_council(self.ledger.council) as work:
            balances = await queries.fund_balances(work, self.budget_id)
        return -balances.get(fund_id, {}).get(account, 0)
