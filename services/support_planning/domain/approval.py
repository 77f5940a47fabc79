"""Who approves a plan: routed by value, risk and exception, within delegated limits, and never by somebody involved."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.support_planning.domain.findings import Finding, Weight

#: The code under which a plan goes up that no money pays for yet.
CANNOT_BE_PAID = "cannot_be_paid"


@dataclass(frozen=True)
class Level:
    """A level of approval, and the most that a year of a plan may cost there, that sum included; None: any sum."""

    name: str
    up_to_pence: int | None


@dataclass(frozen=True)
class Grant:
    """That somebody may approve at a level, on the days of the grant; the last day may be open."""

    subject: str
    level: str
    starts_on: date
    ends_on: date | None = None

    def holds(self, on: date) -> bool:
        """Whether it holds on a day."""
        return self.starts_on <= on and (self.ends_on is None or on <= self.ends_on)


@dataclass(frozen=True)
class ApprovalRules:
    """A council's rules of approval as they stand on a day.

    Args:
        levels: lowest first; the last takes any sum.
        at_least: by code of a finding, a risk or an exception, the lowest level that decides on it.
        questions: by the same codes, the question that whoever approves must answer.
    """

    levels: tuple[Level, ...]
    at_least: Mapping[str, str]
    questions: Mapping[str, str]
    grants: tuple[Grant, ...] = ()

    def rank(self, level: str) -> int:
        """How high a level is."""
        return next(at for at, one in enumerate(self.levels) if one.name == level)


@dataclass(frozen=True)
class Route:
    """Which level decides on a plan, why, and what must be answered there.

    Args:
        questions: by code.
    """

    level: str
    reasons: tuple[str, ...]
    questions: Mapping[str, str]


def route(pence_a_year: int, findings: Sequence[Finding], risks: Sequence[str], rules: ApprovalRules) -> Route:
    """Find the level that decides on a plan: the lowest that its value, its findings and its risks leave."""
    codes = list(dict.fromkeys([*(one.code for one in findings if one.weight is not Weight.NOTES), *risks]))
    by_value = next(one for one in rules.levels if one.up_to_pence is None or pence_a_year <= one.up_to_pence)
    level, reasons = by_value, [f"A year of it costs {_pounds(pence_a_year)}."]
    for code in codes:
        wanted = rules.at_least.get(code)
        if wanted is not None and rules.rank(wanted) > rules.rank(level.name):
            level = rules.levels[rules.rank(wanted)]
            reasons.append(f"It has something that goes to {wanted.replace('_', ' ')}: {code.replace('_', ' ')}.")
    default = "What do you say to this?"
    return Route(level.name, tuple(reasons), {code: rules.questions.get(code, default) for code in codes})


class Involvement(StrEnum):
    """How somebody is involved in a case beyond their work."""

    OWN = "own"
    RELATIVE = "relative"
    FRIEND = "friend"
    SUPERVISEE = "supervisee"
    MONEY = "money"


class Bar(StrEnum):
    """Why somebody may not decide on a plan."""

    OWN_CASE = "own_case"
    INVOLVED = "involved"
    PLANNED_IT = "planned_it"
    NO_GRANT = "no_grant"
    ABOVE_LIMIT = "above_limit"


@dataclass(frozen=True)
class Approver:
    """Somebody who is about to decide.

    Args:
        is_the_person: whether the budget is their own.
        involvements: declared or recorded, in the person of the plan.
    """

    subject: str
    is_the_person: bool = False
    involvements: frozenset[Involvement] = frozenset()


@dataclass(frozen=True)
class Barred:
    """Why somebody may not decide, in words."""

    bar: Bar
    text: str


def bars(
    approver: Approver, planners: frozenset[str], level: str, rules: ApprovalRules, on: date
) -> tuple[Barred, ...]:
    """Every reason why somebody may not decide on a plan; none: they may.

    Args:
        planners: everybody who drafted the plan or handed it in.
        level: the level that the plan was routed to.
        on: the day of the decision.
    """
    return tuple(_bars(approver, planners, level, rules, on))


def _bars(approver: Approver, planners: frozenset[str], level: str, rules: ApprovalRules, on: date) -> Iterator[Barred]:
    if approver.is_the_person or Involvement.OWN in approver.involvements:
        yield Barred(Bar.OWN_CASE, "Nobody decides on their own budget.")
    for involvement in sorted(approver.involvements - {Involvement.OWN}):
        yield Barred(Bar.INVOLVED, f"Nobody decides on the budget of {_INVOLVED[involvement]}.")
    if approver.subject in planners:
        yield Barred(Bar.PLANNED_IT, "Whoever planned it does not approve it.")
    held = [rules.rank(one.level) for one in rules.grants if one.subject == approver.subject and one.holds(on)]
    if not held:
        yield Barred(Bar.NO_GRANT, "The council has not given you a limit to approve within on this day.")
    elif max(held) < rules.rank(level):
        own = rules.levels[max(held)].name.replace("_", " ")
        yield Barred(Bar.ABOVE_LIMIT, f"This goes to {level.replace('_', ' ')}; your limit is that of {own}.")


_INVOLVED: Mapping[Involvement, str] = {
    Involvement.RELATIVE: "a relative",
    Involvement.FRIEND: "a friend",
    Involvement.SUPERVISEE: "somebody whom they supervise",
    Involvement.MONEY: "somebody with whom they have dealings of money",
}


def unanswered(wanted: Mapping[str, str], answers: Mapping[str, str]) -> tuple[str, ...]:
    """Questions of a route that have no written answer."""
    return tuple(code for code in wanted if not answers.get(code, "").strip())


def _pounds(pence: int) -> str:
    return f"£{pence // 100:,}.{pence % 100:02d}"
