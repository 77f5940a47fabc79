"""The filters of the list of cases: as an address keeps them, as services take them, as a page tells them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from braid.kit.identity import Principal, Role
from gateway.console import wording

AWAITED: Mapping[str, str] = {
    "person": "The person, or somebody for them",
    "practitioner": "A practitioner",
    "approver": "An approver",
    "finance_officer": "A finance officer",
    "funding_streams": "The funding streams",
    "nobody": "Nobody",
}
#: A role's own work: how many cases, and the filters that show them.
Work = tuple[str, str, Mapping[str, str]]
_OVERDUE: Work = ("case has waited longer than promised", "cases have waited longer than promised", {"overdue": "yes"})
WORK: Mapping[Role, tuple[Work, ...]] = {
    Role.PRACTITIONER: (
        ("assessment waits to be agreed", "assessments wait to be agreed", {"stage": "waiting_for_agreement"}),
        ("allocation needs somebody to look", "allocations need somebody to look", {"stage": "waiting_for_a_person"}),
        _OVERDUE,
    ),
    Role.APPROVER: (
        ("plan waits for a decision", "plans wait for a decision", {"stage": "waiting_for_approval"}),
        _OVERDUE,
    ),
    Role.FINANCE_OFFICER: (
        ("budget waits for its first payment", "budgets wait for their first payment", {"awaited": "finance_officer"}),
        _OVERDUE,
    ),
}


@dataclass(frozen=True)
class Chip:
    """A filter that is set, and the address without it."""

    text: str
    href: str


@dataclass(frozen=True)
class Filters:
    """What a list of cases is narrowed to; a value that we do not know is left out.

    Args:
        pairs: name and value of each filter that is set, in the order in which a page tells them.
    """

    pairs: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.pairs)

    def has(self, name: str, value: str) -> bool:
        """Whether a filter is set to a value."""
        return (name, value) in self.pairs

    def value(self, name: str) -> str:
        """What a filter is set to that takes one value; empty where it is not set."""
        return next((value for key, value in self.pairs if key == name), "")

    @property
    def query(self) -> str:
        """As an address keeps them."""
        return urlencode(self.pairs)

    def asked(self, **more: object) -> str:
        """As the list of cases is asked for."""
        names = {"overdue": "is_overdue"}
        told = [(names.get(name, name), "true" if name == "overdue" else value) for name, value in self.pairs]
        return urlencode([*told, *more.items()], doseq=True)

    @property
    def chips(self) -> tuple[Chip, ...]:
        """Each that is set, with the way to take it off."""
        return tuple(
            Chip(_words(name, value), address(pair for pair in self.pairs if pair != (name, value)))
            for name, value in self.pairs
        )


def filters_of(query: QueryParams) -> Filters:
    """The filters of an address."""
    pairs = dict.fromkeys(query.multi_items())
    return Filters(tuple(pair for name in _VALUES for pair in pairs if pair[0] == name and pair[1] in _VALUES[name]))


def work_of(principal: Principal) -> tuple[tuple[str, str, Filters], ...]:
    """What waits for somebody of these roles: words for one and for many, and the filters that show it."""
    found = dict.fromkeys(
        (one, many, tuple(pairs.items())) for role in sorted(principal.roles) for one, many, pairs in WORK.get(role, ())
    )
    return tuple((one, many, Filters(pairs)) for one, many, pairs in found)


def address(pairs: Iterable[tuple[str, str]]) -> str:
    """The address of the list with some filters."""
    query = urlencode(list(pairs))
    return f"/people?{query}" if query else "/people"


def _words(name: str, value: str) -> str:
    return "Waited longer than promised" if name == "overdue" else wording.named(_VALUES[name], value)


#: Filter -> its values, in words.
_VALUES: Mapping[str, Mapping[str, str]] = {
    "awaited": AWAITED,
    "stage": wording.STAGES,
    "overdue": {"yes": "Waited longer than promised"},
    "stream": wording.STREAMS,
    "user_group": wording.USER_GROUPS,
}
