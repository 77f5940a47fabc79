"""Kinds of requests that councils make, each as one call: who asks, where, with what."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from braid.kit.identity import Role
from tests.load.template import made_up_name

#: The early users' money is of this year.
FIRST_DAY, LAST_DAY, MID_YEAR = "2009-06-01", "2010-05-30", "2009-12-01"


@dataclass(frozen=True)
class SomebodysIds:
    """A person of the council that is measured."""

    person_id: str
    reference: str
    name: str
    plan_id: str
    fund_id: str


@dataclass(frozen=True)
class Call:
    """One request through the gateway.

    Args:
        role: who asks.
        is_page: whether a browser asks for a page of the console; else a system asks the API.
    """

    role: Role
    method: str
    path: str
    body: Mapping[str, Any] | None = None
    is_page: bool = False

    @property
    def headers(self) -> dict[str, str]:
        """What it needs besides who asks."""
        return {"idempotency-key": str(uuid4())} if self.method == "POST" and not self.is_page else {}


@dataclass
class Town:
    """Whom requests are about.

    Args:
        people: of the council that is measured.
        chance: what they are drawn by.
    """

    people: Sequence[SomebodysIds]
    chance: random.Random = field(default_factory=lambda: random.Random("town"))

    def anybody(self) -> SomebodysIds:
        """Any of them."""
        return self.chance.choice(self.people)


Make = Callable[[Town], Call]
#: Draws new people, other ones each time.
_OTHERS = random.SystemRandom()
P, A, F, U = Role.PRACTITIONER, Role.APPROVER, Role.FINANCE_OFFICER, Role.AUDITOR


def _of_person(role: Role, path: str, *, is_page: bool = False) -> Make:
    def make(town: Town) -> Call:
        somebody = town.anybody()
        told = path.format(person=somebody.person_id, plan=somebody.plan_id, fund=somebody.fund_id)
        return Call(role, "GET", told, is_page=is_page)

    return make


def _of_council(role: Role, path: str, *, is_page: bool = False) -> Make:
    return lambda _town: Call(role, "GET", path, is_page=is_page)


def _case_opened(town: Town) -> Call:
    born = f"{_OTHERS.randrange(1930, 2005)}-{_OTHERS.randrange(1, 13):02}-{_OTHERS.randrange(1, 28):02}"
    case = {
        "reference": f"load-{uuid4().hex[:12]}",
        "name": f"{made_up_name(_OTHERS)} {made_up_name(_OTHERS)}",
        "user_group": "older_people",
        "opened_on": FIRST_DAY,
        "date_of_birth": born,
    }
    return Call(P, "POST", "/v1/people", case)


def _name_searched(town: Town) -> Call:
    return Call(P, "POST", "/v1/people:search", {"text": town.anybody().name})


def _plan_checked(town: Town) -> Call:
    item = {
        "item_id": str(UUID(int=town.chance.getrandbits(128))),
        "pence": 4_000 + town.chance.randrange(9_000),
        "text": "Pottery course",
        "use": "community.access",
        "cadence": "one_off",
        "relation": "not_related",
        "starts_on": FIRST_DAY,
        "ends_on": LAST_DAY,
    }
    return Call(P, "POST", f"/v1/people/{town.anybody().person_id}/budget/plan-check", {"items": [item]})


def _watched(town: Town) -> Call:
    return Call(F, "POST", f"/v1/people/{town.anybody().person_id}/budget/watch?on={MID_YEAR}")


_STATEMENT = f"first={FIRST_DAY}&last={MID_YEAR}"

#: About one person.
OF_A_PERSON: Mapping[str, Make] = {
    "case read": _of_person(P, "/v1/people/{person}"),
    "whole budget read": _of_person(P, "/v1/people/{person}/whole-budget"),
    "progress read": _of_person(P, "/v1/people/{person}/progress"),
    "allocation explained": _of_person(P, "/v1/people/{person}/allocation/explanation"),
    "awards read": _of_person(P, "/v1/people/{person}/awards"),
    "budget read": _of_person(P, "/v1/people/{person}/budget"),
    "entries read": _of_person(F, "/v1/people/{person}/budget/entries"),
    "balances of a budget": _of_person(F, "/v1/people/{person}/budget/balances"),
    "statement read": _of_person(P, "/v1/people/{person}/budget/statement?" + _STATEMENT),
    "statement as PDF": _of_person(P, "/v1/people/{person}/budget/statement.pdf?" + _STATEMENT),
    "payments of a person": _of_person(F, "/v1/people/{person}/payments"),
    "plan read": _of_person(P, "/v1/plans/{plan}"),
    "plan checked": _plan_checked,
    "budget watched": _watched,
    "case opened": _case_opened,
    "page: person": _of_person(P, "/people/{person}", is_page=True),
    "page: allocation": _of_person(P, "/people/{person}/allocation", is_page=True),
    "page: timeline": _of_person(P, "/people/{person}/timeline", is_page=True),
    "page: statement": _of_person(P, "/people/{person}/statement", is_page=True),
}
#: About the whole council: what could grow with it.
OF_A_COUNCIL: Mapping[str, Make] = {
    "people listed": _of_council(P, "/v1/people?limit=50"),
    "name searched": _name_searched,
    "cases listed": _of_council(P, "/v1/cases?stage=in_receipt"),
    "cases overdue listed": _of_council(P, "/v1/overdue"),
    "plans to approve": _of_council(A, "/v1/plans-to-approve"),
    "waiting times": _of_council(A, "/v1/planning-times"),
    "challenges to answer": _of_council(A, "/v1/challenges-to-answer"),
    "spending queries": _of_council(F, "/v1/spending-queries"),
    "budget alerts": _of_council(F, "/v1/budget-alerts"),
    "payment matters": _of_council(F, "/v1/payment-matters"),
    "payment runs listed": _of_council(F, "/v1/payment-runs"),
    "access records": _of_council(U, "/v1/access-records?limit=50"),
    "dead letters": _of_council(U, "/v1/dead-letters"),
    "page: people": _of_council(P, "/people", is_page=True),
    "page: approvals": _of_council(A, "/approvals", is_page=True),
    "page: payments": _of_council(F, "/payments", is_page=True),
    "page: ledger": _of_council(U, "/ledger", is_page=True),
}
#: What adds up a whole council's books, by its nature.
OF_THE_BOOKS: Mapping[str, Make] = {
    "balances of the council": _of_council(F, "/v1/balances"),
    "balances of a stream": _of_council(F, "/v1/streams/adult_social_care/balances"),
    "trial balance": _of_council(F, f"/v1/trial-balance?for_date={MID_YEAR}"),
    "aged commitments": _of_council(F, f"/v1/aged-commitments?on={MID_YEAR}"),
    "return to a funder": _of_council(F, f"/v1/returns/adult_social_care?first={FIRST_DAY}&last={MID_YEAR}"),
    "journal proved": _of_council(U, "/v1/journal/proof"),
}
EVERY_KIND: Mapping[str, Make] = {**OF_A_PERSON, **OF_A_COUNCIL, **OF_THE_BOOKS}
