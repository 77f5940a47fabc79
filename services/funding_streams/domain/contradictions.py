"""Facts that cannot all be true of one person on one day, and what a decision on such facts is: none.

The table below is complete: a rule that is not in it does not exist. A line is looked at only where all its facts are
given, so a fact that is missing is never a contradiction. Facts are never mended here; somebody is asked.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from services.funding_streams.domain.adapter import Case, StreamAdapter
from services.funding_streams.domain.around import Around
from services.funding_streams.domain.decision import Decision
from services.funding_streams.domain.errors import DomainError
from services.funding_streams.domain.facts import Facts
from services.funding_streams.domain.figures import Figures
from services.funding_streams.domain.pension_age import has_pension_age
from services.funding_streams.domain.settling import undecided
from services.funding_streams.domain.working import Working

DOUBT_CODE = "facts_in_doubt"
#: For how many different sets of known facts the lines of the table that look at them are kept.
KINDS_OF_PEOPLE_KEPT = 1_000


@dataclass(frozen=True)
class Doubt:
    """Why facts cannot be decided on as they are given.

    Args:
        facts: every fact that the sentence is about.
        text: what is wrong, in a sentence.
    """

    facts: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class _Given:
    """Facts as the table asks them; readers raise a `DomainError` for what is absent or of another kind."""

    facts: Facts
    on: date
    figures: Figures

    def born(self) -> date:
        return self.facts.date("date_of_birth")

    @cached_property
    def paid(self) -> tuple[str, ...]:
        """Codes of the incomes above nothing."""
        return tuple([income.code for income in self.facts.incomes() if income.pence_per_week])

    def receives(self, *starts: str) -> bool:
        """Whether there is an income above nothing whose code begins with one of ``starts``."""
        # A loop, as all of a bulk evaluation's people come through here.
        for code in self.paid:  # noqa: SIM110
            if code.startswith(starts):
                return True
        return False

    def is_below_pension_age(self) -> bool:
        return not has_pension_age(self.figures, self.born(), self.on)

    def is_after_the_day(self, name: str) -> bool:
        return self.facts.date(name) > self.on


@dataclass(frozen=True)
class Contradiction:
    """One line of the table.

    Args:
        facts: what it looks at; all must be given.
        text: what is told where it holds.
        holds: whether the facts contradict each other, or the day of the decision.
    """

    facts: tuple[str, ...]
    text: str
    holds: Callable[[_Given], bool]


def _care_rates_apart(given: _Given) -> bool:
    """Whether the incomes hold the care component at another rate than the one that is told, and no appeal runs."""
    if given.facts.values.get("benefit_appeal_running") is True:
        return False
    rate = f"dla_care_{given.facts.code('dla_care_rate')}"
    return given.receives("dla_care_") and any(code.startswith("dla_care_") and code != rate for code in given.paid)


def _not_before(name: str, what: str) -> Contradiction:
    """A day that has come if it is known at all."""
    return Contradiction(
        (name,), f"{what} is after the day of the decision.", lambda given: given.is_after_the_day(name)
    )


CONTRADICTIONS: tuple[Contradiction, ...] = (
    _not_before("date_of_birth", "The date of birth"),
    _not_before("ilf_applied_on", "The application to the Independent Living Fund"),
    _not_before("access_to_work_applied_on", "The application to Access to Work"),
    _not_before("grant_applied_on", "The application for the grant"),
    _not_before("earlier_grant_approved_on", "The approval of the earlier grant"),
    Contradiction(
        ("earlier_grant_approved_on", "grant_applied_on"),
        "The earlier grant was approved after the application for this one.",
        lambda given: given.facts.date("earlier_grant_approved_on") > given.facts.date("grant_applied_on"),
    ),
    Contradiction(
        ("household", "partner_capital_pence"),
        "The household is a single person's, and a partner has capital.",
        lambda given: given.facts.code("household") == "single" and given.facts.pence("partner_capital_pence") > 0,
    ),
    Contradiction(
        ("household", "partner_incomes"),
        "The household is a single person's, and a partner has incomes.",
        lambda given: (
            given.facts.code("household") == "single"
            and any(income.pence_per_week for income in given.facts.incomes("partner_incomes"))
        ),
    ),
    Contradiction(
        ("dependent_children", "disabled_children"),
        "More children are disabled than there are children.",
        lambda given: given.facts.count("disabled_children") > given.facts.count("dependent_children"),
    ),
    Contradiction(
        ("ordinarily_resident", "uk_resident"),
        "The person is ordinarily resident in the council's area and not resident in the United Kingdom.",
        lambda given: given.facts.yes_no("ordinarily_resident") and not given.facts.yes_no("uk_resident"),
    ),
    Contradiction(
        ("work_status", "hours_worked_per_week"),
        "There are hours of paid work in the week, and there is no work.",
        lambda given: given.facts.code("work_status") == "none" and given.facts.count("hours_worked_per_week") > 0,
    ),
    Contradiction(
        ("work_status", "supported_permitted_work"),
        "The work is permitted or supported work, and there is no work.",
        lambda given: given.facts.code("work_status") == "none" and given.facts.yes_no("supported_permitted_work"),
    ),
    Contradiction(
        ("work_status", "weeks_in_post"),
        "The job is about to start, and the person has been in it for weeks.",
        lambda given: given.facts.code("work_status") == "starting_soon" and given.facts.count("weeks_in_post") > 0,
    ),
    Contradiction(
        ("incomes",),
        "Disability living allowance and personal independence payment are both paid; nobody receives both.",
        lambda given: given.receives("dla_") and given.receives("pip_"),
    ),
    Contradiction(
        ("incomes", "dla_care_rate"),
        "A rate of disability living allowance is told, and personal independence payment is paid; nobody has both.",
        lambda given: given.facts.code("dla_care_rate") != "none" and given.receives("pip_"),
    ),
    Contradiction(
        ("incomes", "dla_care_rate"),
        "The rate of disability living allowance, care, is not the rate among the incomes.",
        _care_rates_apart,
    ),
    Contradiction(
        ("incomes",),
        "Attendance allowance is paid beside another benefit for care; nobody receives both.",
        lambda given: given.receives("attendance_allowance") and given.receives("dla_care", "pip_daily_living"),
    ),
    Contradiction(
        ("incomes",),
        "Two rates of one benefit for care are paid at once.",
        lambda given: any(
            _paid_twice(given, start) for start in ("attendance_allowance", "dla_care", "pip_daily_living")
        ),
    ),
    Contradiction(
        ("incomes",),
        "Income support and the guarantee of pension credit are both paid; nobody receives both.",
        lambda given: given.receives("income_support") and given.receives("pension_credit_guarantee"),
    ),
    Contradiction(
        ("incomes", "receives_income_support"),
        "Income support or the guarantee of pension credit is among the incomes, and neither is said to be received.",
        lambda given: (
            not given.facts.yes_no("receives_income_support")
            and given.receives("income_support", "pension_credit_guarantee")
        ),
    ),
    Contradiction(
        ("incomes", "date_of_birth", "household"),
        "The guarantee of pension credit is paid to a single person below its qualifying age.",
        # In a couple the older partner's age is enough, and it is not among the facts.
        lambda given: (
            given.facts.code("household") == "single"
            and given.receives("pension_credit_guarantee")
            and given.is_below_pension_age()
        ),
    ),
    Contradiction(
        ("incomes", "date_of_birth"),
        "State pension is paid to somebody below pension age.",
        lambda given: given.receives("state_pension") and given.is_below_pension_age(),
    ),
    Contradiction(
        ("incomes", "ilf_existing_user"),
        "Money of the Independent Living Fund is among the incomes, and there is no award of it.",
        lambda given: not given.facts.yes_no("ilf_existing_user") and given.receives("independent_living_fund"),
    ),
    Contradiction(
        ("home_tenure", "receives_housing_benefit"),
        "Housing benefit, which helps with rent, is in payment, and the home is the person's own. Somebody who owns a"
        " share of it and rents the rest holds it in another way.",
        lambda given: given.facts.code("home_tenure") == "owner" and given.facts.yes_no("receives_housing_benefit"),
    ),
    Contradiction(
        ("home_tenure", "home_owned_by_council"),
        "The home is the person's own, and it is the council's.",
        lambda given: given.facts.code("home_tenure") == "owner" and given.facts.yes_no("home_owned_by_council"),
    ),
    Contradiction(
        ("equipment_needed", "equipment_need_assessed"),
        "No equipment is needed, and an assessor has found that it is.",
        lambda given: not given.facts.yes_no("equipment_needed") and given.facts.yes_no("equipment_need_assessed"),
    ),
)


def _paid_twice(given: _Given, start: str) -> bool:
    return sum(code.startswith(start) for code in given.paid) > 1


def contradictions(facts: Facts, on: date, figures: Figures) -> tuple[Doubt, ...]:
    """Return what cannot be true together, in the table's order; nothing is marked as read.

    A fact of another kind than its own contradicts nothing here: that it is of the wrong kind is told elsewhere.
    """
    lines = _lines_about(frozenset(facts.values))
    if not lines:
        return ()
    given = _Given(facts.afresh(), on, figures)
    return tuple([Doubt(line.facts, line.text) for line in lines if _holds(line, given)])


@lru_cache(maxsize=KINDS_OF_PEOPLE_KEPT)
def _lines_about(names: frozenset[str]) -> tuple[Contradiction, ...]:
    """Return the lines of the table all of whose facts are given: of many people the same facts are known."""
    return tuple(line for line in CONTRADICTIONS if names.issuperset(line.facts))


def _holds(line: Contradiction, given: _Given) -> bool:
    try:
        return line.holds(given)
    except DomainError:
        return False


class Heeding(Around):
    """A stream that decides nothing as long as a fact that it read is in doubt.

    Streams that look at its decision so find it open; a stream that read none of those facts is not held up.
    """

    def __init__(self, adapter: StreamAdapter, doubts: Sequence[Doubt]) -> None:
        super().__init__(adapter)
        self._doubts = doubts

    def decide(self, case: Case) -> Decision:
        """Decide, unless a fact that was read is in doubt; the open decision names each such fact and why."""
        own = super().decide(case)
        read = [doubt for doubt in self._doubts if not case.facts.read.keys().isdisjoint(doubt.facts)]
        if not read:
            return own
        working = Working(case)
        for doubt in read:
            working.wait(DOUBT_CODE, _asked_again(doubt))
        return undecided(self.stream, working, ())


def _asked_again(doubt: Doubt) -> str:
    names = ", ".join(name.replace("_", " ") for name in doubt.facts)
    return f"{doubt.text} Somebody must ask again: {names}."


def heeding(doubts: Sequence[Doubt], adapters: Iterable[StreamAdapter]) -> tuple[StreamAdapter, ...]:
    """Return streams that do not decide on facts in doubt; the same streams where nothing is."""
    return tuple(Heeding(adapter, doubts) for adapter in adapters) if doubts else tuple(adapters)
