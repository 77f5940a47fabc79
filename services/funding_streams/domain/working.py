"""The working of one decision: tests and sums in order, each with what it rests on.

A case that is not traced keeps no steps: texts are given as functions, so that nobody writes what nobody reads. What a
decision rests on and no source confirms is kept either way.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from services.funding_streams.domain.adapter import Case
from services.funding_streams.domain.council_settings import Choice
from services.funding_streams.domain.decision import FigureUsed, Outcome, TraceStep
from services.funding_streams.domain.errors import MissingFact, NoValueInForce
from services.funding_streams.domain.figures import Dated, FiguresOfTheDay

T = TypeVar("T")

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


@dataclass
class Working:
    """Collects the steps of one decision.

    Attributes:
        steps: empty where the case is not traced.
        refused: a test failed.
        stuck: a figure is not loaded or another decision is awaited, so nothing can be settled.
        missed: facts that a rule asked for and did not get.
        unconfirmed: names of what the decision rests on and no source confirms.
    """

    case: Case
    steps: list[TraceStep] = field(default_factory=list)
    refused: bool = False
    stuck: bool = False
    missed: list[str] = field(default_factory=list)
    unconfirmed: dict[str, None] = field(default_factory=dict)
    _figures: FiguresOfTheDay = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._figures = self.case.figures.on(self.case.on)

    def figure(self, name: str) -> Dated:
        """Return the value of a figure on the day of the decision.

        Raises:
            NoValueInForce: the figure has no value on that day.
        """
        return self._figures[name]

    def choice(self, name: str) -> Choice:
        """Return a council's setting as something that a step may rest on."""
        return self.case.council.choice(name)

    def add(self, outcome: Outcome, code: str, text: Text, *grounds: Grounds) -> None:
        """Add a step; a figure that is not confirmed in a source is named in its text as well."""
        self._rest_on(grounds)
        if not self.case.traced:
            return
        figures = tuple(ground.used() for ground in grounds)
        doubtful = ", ".join(figure.name for figure in figures if figure.unconfirmed)
        warning = f" Not yet confirmed in a source: {doubtful}." if doubtful else ""
        self.steps.append(TraceStep(code, outcome, (text if isinstance(text, str) else text()) + warning, figures))

    def test(self, code: str, holds: bool, if_passed: Text, if_failed: Text, *grounds: Grounds) -> bool:
        """Add a test; a test that fails refuses the award."""
        if self.case.traced:
            self.add(Outcome.PASSED if holds else Outcome.FAILED, code, if_passed if holds else if_failed, *grounds)
        else:
            self._rest_on(grounds)
        self.refused = self.refused or not holds
        return holds

    def worked_out(self, code: str, text: Text, *grounds: Grounds) -> None:
        """Add a sum."""
        if self.case.traced:
            self.add(Outcome.WORKED_OUT, code, text, *grounds)
        else:
            self._rest_on(grounds)

    def noted(self, code: str, text: Text, *grounds: Grounds) -> None:
        """Add something that a reader should know and that decides nothing."""
        if self.case.traced:
            self.add(Outcome.NOTED, code, text, *grounds)
        else:
            self._rest_on(grounds)

    def _rest_on(self, grounds: Iterable[Grounds]) -> None:
        """Remember what no source confirms."""
        for ground in grounds:
            if ground.unconfirmed:
                self.unconfirmed[ground.name] = None

    def wait(self, code: str, text: Text) -> None:
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
