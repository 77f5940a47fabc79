"""Case rows of final figures: departures, falls, limits, phasing, and what moved a figure; weekly unless named."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any
from uuid import UUID

from services.ras.domain.change import hours_and_rate
from services.ras.domain.errors import DomainError
from services.ras.domain.packages import PackageLine, Unit
from services.ras.domain.protection import Phasing, ShareOf, phased
from services.ras.domain.settlement import (
    CarerHours,
    Comparator,
    DecidedBy,
    Earlier,
    Grounds,
    Indicative,
    Proposal,
    SettlementRule,
    SoftLimit,
    settle,
)
from services.ras.domain.sums import WEEKS_PER_YEAR, hundredths_of_percent

Given = Mapping[str, Any]

ASSESSMENTS = {"first": UUID(int=1), "second": UUID(int=2)}


def settlement(given: Given) -> Given:
    """One figure settled, or refused: by the name of the refusal."""
    try:
        settled = settle(_rule(given), _indicative(given), _proposal(given), _earlier(given))
    except DomainError as error:
        return {**_nothing(), "refused": type(error).__name__}
    indicative = given.get("indicative_pence")
    departure = settled.departure_pence_per_year
    return {
        "refused": None,
        "final_pence": Fraction(settled.pence_per_year, WEEKS_PER_YEAR),
        "departure_pence": None if departure is None else Fraction(departure, WEEKS_PER_YEAR),
        "ratio": f"{settled.pence_per_year / WEEKS_PER_YEAR / indicative:.4f}" if indicative else None,
        "flags": list(settled.flags),
        "yearly_sums": [Fraction(sum_, WEEKS_PER_YEAR) for sum_ in settled.yearly_sums],
    }


def phasing(given: Given) -> Given:
    """Sums year by year."""
    rule = Phasing(Fraction(given["share"]), ShareOf(given.get("share_of", "starting")))
    return {"pence": [list(phased(before, target, rule)) for before, target in given["people"]]}


def first_year_of_all(given: Given) -> Given:
    """What protection costs in the first year, beside what everybody's own target costs."""
    rule = Phasing(Fraction(given["share"]))
    first = [phased(before, target, rule)[0] for before, target in given["people"]]
    harmless = [max(before, target) for before, target in given["people"]]
    targets = sum(target for _, target in given["people"])
    return {"pence": sum(first), "extra": sum(first) - targets, "harmless_extra": sum(harmless) - targets}


def hours_and_rates(given: Given) -> Given:
    """The change of a sum, hours and rate apart."""
    hours, rate = ([Fraction(str(value)) for value in given[name]] for name in ("hours", "pence_per_hour"))
    moved = hours_and_rate((hours[0], hours[1]), (rate[0], rate[1]))
    sums = [each * price for each, price in zip(hours, rate, strict=True)]
    change = hundredths_of_percent(int(sums[0]), int(sums[1]))
    return {"pence": [int(sum_) for sum_ in sums], **moved, "hundredths_of_percent": change}


def changes(given: Given) -> Given:
    """Figures one after the other, in hundredths of a per cent."""
    figures = given["figures"]
    return {
        "each": [hundredths_of_percent(before, now) for before, now in pairwise(figures)],
        "since_first": hundredths_of_percent(figures[0], figures[-1]),
    }


def _nothing() -> dict[str, Any]:
    return dict.fromkeys(("final_pence", "departure_pence", "ratio", "flags", "yearly_sums"))


def _rule(given: Given) -> SettlementRule:
    share = given.get("phasing")
    return SettlementRule(
        tolerance=Fraction(str(given.get("tolerance", 0))),
        soft_limits=tuple(SoftLimit(pence, "a limit") for pence in given.get("soft_limits_per_year", ())),
        comparators=tuple(
            Comparator(pence * WEEKS_PER_YEAR, "A place in a care home") for pence in given.get("comparators", ())
        ),
        phasing=Phasing(Fraction(share)) if share else None,
    )


def _indicative(given: Given) -> Indicative:
    pence = given.get("indicative_pence")
    return Indicative(
        assessment_id=ASSESSMENTS[given.get("assessment", "first")],
        assessment_version=1,
        points=Fraction(str(given.get("points", 0))),
        pence_per_year=None if pence is None else pence * WEEKS_PER_YEAR,
    )


def _earlier(given: Given) -> Earlier | None:
    before = given.get("before")
    if before is None:
        return None
    assessment = ASSESSMENTS[before.get("assessment", "first")]
    return Earlier(assessment, 1, Fraction(str(before["points"])), before["final_pence"] * WEEKS_PER_YEAR)


def _proposal(given: Given) -> Proposal:
    lines = [
        PackageLine("Support", Fraction(str(line["hours"])), Unit.HOUR, Fraction(str(line["pence_per_hour"])))
        for line in given.get("lines", ())
    ]
    if "final_pence" in given:
        lines.append(PackageLine("Support", Fraction(1), Unit.WEEK, Fraction(given["final_pence"])))
    return Proposal(
        lines=tuple(lines),
        reason=given.get("reason", ""),
        decided_by=DecidedBy(given.get("decided_by", "approver")),
        grounds=Grounds(given["grounds"]) if "grounds" in given else None,
        carer_hours=tuple(
            CarerHours(carer["who"], Fraction(str(carer["hours"])), carer["agreed"])
            for carer in given.get("carer_hours", ())
        ),
    )


KINDS: Mapping[str, Callable[[Given], Given]] = {
    "settlement": settlement,
    "phasing": phasing,
    "first_year_of_all": first_year_of_all,
    "hours_and_rates": hours_and_rates,
    "changes": changes,
}
