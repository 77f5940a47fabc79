"""The working of one decision: tests and sums in order, each with what it rests on.

A case that is not traced keeps no steps: texts are given as functions, so that nobody writes what nobody reads. What a
decision rests on and no source confirms is kept either way.
"""

from collections.abc import Callable, Iterable
from typing import Protocol, Self, TypeVar, TypeVarTuple

from services.funding_streams.domain.adapter import Case
from services.funding_streams.domain.council_settings import Choice
from services.funding_streams.domain.decision import FigureUsed, Outcome, TraceStep
from services.funding_streams.domain.errors import MissingFact, NoValueInForce
from services.funding_streams.domain.figures import Dated

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

Text = str | Callable[[], str]


class Grounds(Protocol):
    """What a step may rest on: a figure, a rule over uses, or a council's choice."""

    @property
    def name(self) -> str: ...

    @property
    def unconfirmed(self) -> bool: ...

    def used(self) -> FigureUsed:
        """Return it as a step shows it."""
        ...


class Working:
    """Collects the steps of one decision.

    Attributes:
        figure: gives the value of a figure on the day of the decision, by its name; raises `NoValueInForce` where it
            has none.
        choice: gives a council's setting as something that a step may rest on.
        steps: empty where the case is not traced.
        refused: a test failed.
        stuck: a figure is not loaded or another decision is awaited, so nothing can be settled.
        missed: facts that a rule asked for and did not get.
        grounds: what the steps rest on.
        decided_by: who decides, where that is somebody else than the stream's profile says.
    """

    __slots__ = (
        "_traced",
        "case",
        "choice",
        "decided_by",
        "figure",
        "figures",
        "grounds",
        "missed",
        "refused",
        "steps",
        "stuck",
    )

    def __init__(self, case: Case) -> None:
        self.case = case
        self.figures = case.figures.on(case.on)
        # The look-ups of the dictionaries themselves: a decision makes some twenty, and methods around them would cost
        # as much again.
        self.figure: Callable[[str], Dated] = self.figures.__getitem__
        self.choice: Callable[[str], Choice] = case.council.choices.__getitem__
        self.decided_by: str | None = None
        self.steps: list[TraceStep] = []
        self.refused = False
        self.stuck = False
        self.missed: list[str] = []
        self.grounds: list[Grounds] = []
        self._traced = case.traced

    @property
    def unconfirmed(self) -> tuple[str, ...]:
        """Names of what the decision rests on and no source confirms, in order, without repeats."""
        return tuple(dict.fromkeys([ground.name for ground in self.grounds if ground.unconfirmed]))

    def add(self, outcome: Outcome, code: str, text: Text, *grounds: Grounds) -> None:
        """Add a step; a figure that is not confirmed in a source is named in its text as well."""
        self.grounds += grounds
        if self._traced:
            self._tell(outcome, code, text, grounds)

    def test(self, code: str, holds: bool, if_passed: Text, if_failed: Text, *grounds: Grounds) -> bool:
        """Add a test; a test that fails refuses the award."""
        self.grounds += grounds
        if not holds:
            self.refused = True
        if self._traced:
            self._tell(Outcome.PASSED if holds else Outcome.FAILED, code, if_passed if holds else if_failed, grounds)
        return holds

    def worked_out(self, code: str, text: Text, *grounds: Grounds) -> None:
        """Add a sum."""
        self.grounds += grounds
        if self._traced:
            self._tell(Outcome.WORKED_OUT, code, text, grounds)

    def noted(self, code: str, text: Text, *grounds: Grounds) -> None:
        """Add something that a reader should know and that decides nothing."""
        self.grounds += grounds
        if self._traced:
            self._tell(Outcome.NOTED, code, text, grounds)

    def _tell(self, outcome: Outcome, code: str, text: Text, grounds: Iterable[Grounds]) -> None:
        figures = tuple(ground.used() for ground in grounds)
        doubtful = ", ".join(figure.name for figure in figures if figure.unconfirmed)
        warning = f" Not yet confirmed in a source: {doubtful}." if doubtful else ""
        self.steps.append(TraceStep(code, outcome, (text if isinstance(text, str) else text()) + warning, figures))

    def wait(self, code: str, text: Text) -> None:
        """Add what must happen first, outside this stream; the decision stays open."""
        self.stuck = True
        self.add(Outcome.MISSING, code, text)

    def attempt(self, rule: Callable[[*Ts], T], *given: *Ts) -> T | None:
        """Apply a rule as far as facts and figures go.

        A missing fact is told once for the whole stream, in `tell_missing`; a missing figure is told here.

        Args:
            rule: to apply.
            given: what it is applied to.

        Returns:
            What the rule gives, or None where it could not be applied.
        """
        try:
            return rule(*given)
        except (MissingFact, NoValueInForce) as gap:
            self._come_to(gap)
            return None

    def attempt_each(self, rules: Iterable[Callable[[Self], object]]) -> None:
        """Apply each of several rules to this working, as far as facts and figures go."""
        for rule in rules:
            try:
                rule(self)
            except (MissingFact, NoValueInForce) as gap:
                self._come_to(gap)

    def _come_to(self, gap: MissingFact | NoValueInForce) -> None:
        """Remember where a rule could go no further."""
        if isinstance(gap, MissingFact):
            self.missed.append(gap.name)
            return
        self.wait(
            f"figure.{gap.name}",
            f"No value of {gap.name} is loaded for {gap.day.isoformat()}, so this cannot be worked out.",
        )

    def tell_missing(self, names: tuple[str, ...]) -> None:
        """Add one step for each fact that is still needed."""
        if not self._traced:
            return
        for name in names:
            self.add(Outcome.MISSING, f"fact.{name}", f"Still needed from the assessment: {name.replace('_', ' ')}.")
