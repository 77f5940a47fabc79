"""Whether facts can be decided on as they are given: known, of their kind, plausible, and not against each other.

What is wrong is told by the name of the fact and never mended. Kinds are those of the catalogue of facts; plausible
limits are rule files in ``shared_rules/plausibility``: a limit is a fact's own where there is one, else its kind's.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from functools import lru_cache, partial
from typing import Any

from braid.contracts.facts import Fact, FactKind
from braid.kit.problems import Problem
from services.funding_streams.domain.contradictions import Doubt, contradictions
from services.funding_streams.domain.facts import Facts
from services.funding_streams.domain.money import in_pounds
from services.funding_streams.rule_files import rule_files

#: Takes a value as JSON has it; returns what it must be, or None where all is well.
_Check = Callable[[object], str | None]

_OF_AN_INCOME = {"code", "pence_per_week"}

#: Days of decisions whose checks are kept ready.
DAYS_KEPT = 100


def checked(values: Mapping[str, object], on: date) -> tuple[Facts, tuple[Doubt, ...]]:
    """Return the facts that are sound each by itself, and everything that stands against deciding on all of them.

    Args:
        values: facts by name, as JSON has them.
        on: the day of the decision.
    """
    checks, faults = _checks(on), dict[str, str]()
    for name, value in values.items():
        check = checks.get(name)
        fault = _unknown(checks, name) if check is None else check(value)
        if fault is not None:
            faults[name] = fault
    facts = Facts.from_mapping(
        {name: value for name, value in values.items() if name not in faults} if faults else values
    )
    single = [Doubt((name,), f"{_said(name)} {fault}.") for name, fault in faults.items()]
    return facts, (*single, *contradictions(facts, on, rule_files().figures))


def refused(doubts: Sequence[Doubt], place: str = "body:/facts") -> Problem:
    """422: the facts cannot be decided on; one entry for each fact that has a part in it.

    Args:
        doubts: what stands against them; not empty.
        place: where the facts stand in the request, as a pointer.
    """
    detail = "Nothing was decided: a decision never rests on a fact that cannot be right."
    return Problem(422, "facts-refused", "The facts cannot be decided on", detail, errors=errors_of(doubts, place))


def errors_of(doubts: Sequence[Doubt], place: str) -> list[dict[str, Any]]:
    """Return the entries of a problem: a pointer, the fact and the sentence, for each fact of each doubt."""
    return [
        {"pointer": f"{place}/{name}", "name": name, "message": doubt.text} for doubt in doubts for name in doubt.facts
    ]


def _said(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _unknown(checks: Mapping[str, _Check], name: str) -> str:
    near = get_close_matches(name, checks, n=1)
    return "is a fact that no stream asks for" + (f"; {near[0]} may be meant" if near else "")


@lru_cache(maxsize=DAYS_KEPT)
def _checks(on: date) -> Mapping[str, _Check]:
    return {name: _check_of(fact, on) for name, fact in rule_files().facts.items()}


def _check_of(fact: Fact, on: date) -> _Check:
    match fact.kind:
        case FactKind.YES_NO:
            return _yes_no
        case FactKind.DATE:
            return partial(_day, on, rule_files().figures.at("plausibility.years_away_most", on).whole)
        case FactKind.PENCE | FactKind.PENCE_PER_WEEK:
            return partial(_sum, most_pence(fact, on))
        case FactKind.COUNT:
            return partial(_count, fact.count_max)
        case FactKind.CODE:
            return partial(_code, fact.codes)
        case FactKind.INCOMES:
            return partial(_incomes, fact.codes, most_pence(fact, on))


def most_pence(fact: Fact, on: date) -> int:
    """Return the most that a fact in pence is taken for without asking again."""
    figures = rule_files().figures
    own = f"plausibility.{fact.name}_most"
    by_kind = "pence" if fact.kind is FactKind.PENCE else "pence_per_week"
    return int(figures.at(own if own in figures.by_name else f"plausibility.{by_kind}_most", on).pence)


def _yes_no(value: object) -> str | None:
    return None if value is True or value is False else "must be true or false"


def _day(on: date, years_most: int, value: object) -> str | None:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        day = None
    if day is None or day.isoformat() != value:
        return "must be a day such as 2009-06-01"
    if abs(day.year - on.year) > years_most:
        return f"is {value}, more than {years_most} years from the day of the decision"
    return None


def _sum(most_pence: int, value: object) -> str | None:
    if type(value) is not int or value < 0:
        return "must be whole pence, zero or more"
    if value > most_pence:
        return f"is {in_pounds(value)}, above {in_pounds(most_pence)}, the most that is taken without asking again"
    return None


def _count(most: int, value: object) -> str | None:
    return None if type(value) is int and 0 <= value <= most else f"must be a whole number from 0 to {most}"


def _code(codes: Sequence[str], value: object) -> str | None:
    return None if value in codes else f"must be one of {', '.join(codes)}"


def _incomes(codes: Sequence[str], most_pence: int, value: object) -> str | None:
    if not isinstance(value, list | tuple):
        return "must be a list of incomes, each with a code and whole pence per week"
    seen = set[object]()
    for line in value:
        if not isinstance(line, dict | Mapping) or line.keys() != _OF_AN_INCOME:
            return "must be a list of incomes, each with a code and whole pence per week and nothing else"
        code = line["code"]
        if code not in codes:
            return f"holds an unknown income, {code}; known are {', '.join(codes)}"
        if code in seen:
            return f"names {code.replace('_', ' ')} twice"
        seen.add(code)
        fault = _sum(most_pence, line["pence_per_week"])
        if fault:
            return f"holds {code.replace('_', ' ')}, which {fault}"
    return None
