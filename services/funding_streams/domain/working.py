"""The working of one decision: steps in order, and how a decision is settled from them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import TypeVar

from services.funding_streams.domain.adapter import Case
from services.funding_streams.domain.decision import Cadence, Decision, FigureUsed, Outcome, Status, Stream, TraceStep
from services.funding_streams.domain.errors import MissingFact, NoValueInForce
from services.funding_streams.domain.figures import Dated, DatedUses
from services.funding_streams.domain.money import DAYS_PER_AWARD, half_up, over_days

T = TypeVar("T")


@dataclass
class Working:
    """Collects the steps of one decision.

    Attributes:
        refused: a test failed.
        stuck: a figure is not loaded or another decision is awaited, so nothing can be settled.
        missed: facts that a rule asked for and did not get.
    """

    case: Case
    steps: list[TraceStep] = field(default_factory=list)
    refused: bool = False
    stuck: bool = False
    missed: list[str] = field(default_factory=list)

    def figure(self, name: str) -> Dated:
        """Return the value of a figure on the day of the decision.

        Raises:
            NoValueInForce: the figure has no value on that day.
        """
        return self.case.figures.at(name, self.case.on)

    def add(self, outcome: Outcome, code: str, text: str, *used: Dated | FigureUsed) -> None:
        """Add a step; a figure that is not confirmed in a source is named in its text as well."""
        figures = tuple(one.used() if isinstance(one, Dated) else one for one in used)
        unconfirmed = ", ".join(figure.name for figure in figures if figure.unconfirmed)
        warning = f" Not yet confirmed in a source: {unconfirmed}." if unconfirmed else ""
        self.steps.append(TraceStep(code, outcome, text + warning, figures))

    def test(self, code: str, holds: bool, if_passed: str, if_failed: str, *used: Dated | FigureUsed) -> bool:
        """Add a test; a test that fails refuses the award."""
        self.add(Outcome.PASSED if holds else Outcome.FAILED, code, if_passed if holds else if_failed, *used)
        self.refused = self.refused or not holds
        return holds

    def worked_out(self, code: str, text: str, *used: Dated | FigureUsed) -> None:
        """Add a sum."""
        self.add(Outcome.WORKED_OUT, code, text, *used)

    def noted(self, code: str, text: str, *used: Dated | FigureUsed) -> None:
        """Add something that a reader should know and that decides nothing."""
        self.add(Outcome.NOTED, code, text, *used)

    def wait(self, code: str, text: str) -> None:
        """Add what must happen first, outside this stream; the decision stays open."""
        self.stuck = True
        self.add(Outcome.MISSING, code, text)

    def attempt(self, rule: Callable[[], T]) -> T | None:
        """Apply a rule as far as facts and figures go.

        A missing fact is told once for the whole stream, in `tell_missing`; a missing figure is told here.

        Returns:
            What the rule gives, or None where it could not be applied.
        """
        try:
            return rule()
        except MissingFact as gap:
            self.missed.append(gap.name)
            return None
        except NoValueInForce as gap:
            self.wait(
                f"figure.{gap.name}",
                f"No value of {gap.name} is loaded for {gap.day.isoformat()}, so this cannot be worked out.",
            )
            return None

    def tell_missing(self, names: tuple[str, ...]) -> None:
        """Add one step for each fact that is still needed."""
        for name in names:
            self.add(Outcome.MISSING, f"fact.{name}", f"Still needed from the assessment: {name.replace('_', ' ')}.")


@dataclass(frozen=True)
class Terms:
    """What is the same in every decision of a stream."""

    stream: Stream
    decided_by: str
    cadence: Cadence


def last_day_of_award(starts_on: date, stream_ends: date | None) -> date:
    """Return the last of 52 weeks, or the stream's own last day where that is sooner."""
    full = starts_on + timedelta(days=DAYS_PER_AWARD - 1)
    return full if stream_ends is None else min(full, stream_ends)


def without_award(
    terms: Terms, working: Working, status: Status, missing: tuple[str, ...] = (), conditions: tuple[str, ...] = ()
) -> Decision:
    """Settle on no money: refused, or not decided yet."""
    on = working.case.on
    return Decision(
        stream=terms.stream,
        status=status,
        decided_by=terms.decided_by,
        rules_as_of=on,
        starts_on=on,
        ends_on=on,
        pence_per_week=0,
        amount_pence=0,
        contribution_pence=0,
        cadence=terms.cadence,
        permitted_uses=(),
        conditions=conditions,
        missing_facts=missing,
        trace=tuple(working.steps),
    )


def refused(terms: Terms, working: Working, conditions: tuple[str, ...] = ()) -> Decision:
    """Settle on a refusal. Facts that are missing no longer matter: no answer to them could mend it."""
    return without_award(terms, working, Status.NOT_ELIGIBLE, conditions=conditions)


def undecided(terms: Terms, working: Working, missing: tuple[str, ...]) -> Decision:
    """Settle on nothing yet, naming every fact that is still needed.

    Args:
        missing: what the stream needs and the assessment does not hold; a fact that a rule asked for in vain is added
            whatever the stream says that it needs, so that no rule is passed over in silence.
    """
    missing = tuple(dict.fromkeys((*missing, *working.missed)))
    working.tell_missing(missing)
    return without_award(terms, working, Status.UNDECIDED, missing=missing)


@dataclass(frozen=True)
class Award:
    """The money of an award.

    Args:
        pence_per_week: exact weekly rate.
        ends_on: last day that the money covers.
        contribution_pence: the person's own share of the whole, whole pence.
        conditions: what the person and the council are told.
        status: confirmed or indicative.
        amount_pence: the whole sum, where it is given rather than worked out from the weekly rate.
    """

    pence_per_week: Fraction
    ends_on: date
    contribution_pence: int
    conditions: tuple[str, ...]
    status: Status
    amount_pence: int | None = None


def _note_terms(terms: Terms, working: Working) -> DatedUses:
    cadence = working.figure(f"{terms.stream}.cadence")
    assert cadence.code == terms.cadence
    working.noted("cadence", f"Paid {terms.cadence.replace('_', ' ')}.", cadence)
    uses = working.case.figures.uses(terms.stream, working.case.on)
    shown = FigureUsed(f"{terms.stream}.permitted_uses", f"{len(uses.uses)} uses", str(uses.citation), uses.unconfirmed)
    working.noted("permitted_uses", "What the money may be used for is listed with its conditions.", shown)
    return uses


def awarded(terms: Terms, working: Working, award: Award) -> Decision:
    """Settle on an award; its sum is rounded half up once, at the very end."""
    case = working.case
    uses = _note_terms(terms, working)
    days = (award.ends_on - case.on).days + 1
    amount = half_up(over_days(award.pence_per_week, days)) if award.amount_pence is None else award.amount_pence
    assert 0 <= award.contribution_pence <= amount
    return Decision(
        stream=terms.stream,
        status=award.status,
        decided_by=terms.decided_by,
        rules_as_of=case.on,
        starts_on=case.on,
        ends_on=award.ends_on,
        pence_per_week=half_up(award.pence_per_week),
        amount_pence=amount,
        contribution_pence=award.contribution_pence,
        cadence=terms.cadence,
        permitted_uses=uses.uses,
        conditions=award.conditions,
        missing_facts=(),
        trace=tuple(working.steps),
    )
