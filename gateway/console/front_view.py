"""Whom a newcomer may sign in as: the example council's staff and people, and who acts for them.

Only beside the development issuer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from braid.kit.identity import Principal, Role
from braid.kit.problems import Problem
from gateway.console import wording
from gateway.console.people_view import read_people
from gateway.development_issuer import EXAMPLE_COUNCIL
from gateway.forwarding import Door

PEOPLE_MAX = 50
_STAFF = {
    Role.PRACTITIONER: "Agrees assessments, settles final figures, hands plans in, and answers questions on spending",
    Role.APPROVER: "Decides on plans and recoveries, and settles figures that are beyond a practitioner's limits",
    Role.FINANCE_OFFICER: "Runs payments, asks money back, tries scenarios, and sees the ledger's proof",
    Role.AUDITOR: "Sees payments, the ledger's proof, people's budgets and who looked at them, and changes nothing",
    Role.OPERATIONS: "Mends what stands in the way of messages, keeps which systems are told, and sees nobody's record",
}
_OTHERS = {
    Role.DELEGATE: "Answers the self-assessment for people who have somebody to act for them, such as a deputy",
}
_HOLDER = f"{Role.BUDGET_HOLDER}:"


@dataclass(frozen=True)
class Choice:
    """Somebody to sign in as."""

    value: str
    name: str
    hint: str


@dataclass(frozen=True)
class FrontView:
    """The choices of the front page; holders are None where the list cannot be had for the moment."""

    staff: tuple[Choice, ...]
    others: tuple[Choice, ...]
    holders: tuple[Choice, ...] | None

    @property
    def first(self) -> str:
        """Value of the first choice, which the error message leads to."""
        return self.staff[0].value


async def front_view(door: Door) -> FrontView:
    """Staff roles, who acts for others, and example people."""
    return FrontView(_roles(_STAFF), _roles(_OTHERS), await _holders(door))


def _roles(hints: Mapping[Role, str]) -> tuple[Choice, ...]:
    return tuple(Choice(role, wording.sentence(wording.ROLES[role]), hint) for role, hint in hints.items())


async def _holders(door: Door) -> tuple[Choice, ...] | None:
    reader = Principal(f"{Role.PRACTITIONER}:front-page", EXAMPLE_COUNCIL, frozenset({Role.PRACTITIONER}))
    try:
        listed = await read_people(door, reader, limit=PEOPLE_MAX)
    except Problem:
        return None
    return tuple(
        Choice(
            f"{_HOLDER}{person['person_id']}",
            person["name"],
            f"{wording.named(wording.USER_GROUPS, person['user_group'])}; reference {person['reference']}",
        )
        for person in listed["people"]
    )


def chosen(choice: str) -> Principal | None:
    """The principal of a choice; None where it is not one of those that the front page offers."""
    if choice in {*_STAFF, *_OTHERS}:
        return Principal(f"{choice}:example", EXAMPLE_COUNCIL, frozenset({Role(choice)}))
    if not choice.startswith(_HOLDER):
        return None
    try:
        person_id = UUID(choice.removeprefix(_HOLDER))
    except ValueError:
        return None
    return Principal(f"{Role.BUDGET_HOLDER}:{person_id}", EXAMPLE_COUNCIL, frozenset({Role.BUDGET_HOLDER}), person_id)
