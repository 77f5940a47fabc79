"""What would have to change for a refusal to fall.

A search tries the facts that the rules read, the indicative allocation and a later day, one at a time, then two at a
time; where more than two tests stand in the way, it takes away one failed test after another. Every set that it returns
was decided with, and is not refused. Numbers are brought as near to today's as the rules allow. Nobody can change a
date of birth, so for age the answer is a day. It stops after so many decisions, and says so.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations

from services.funding_streams.domain.adapter import Case, StreamAdapter
from services.funding_streams.domain.around import Around
from services.funding_streams.domain.decision import Decision, Outcome, Status
from services.funding_streams.domain.facts import FactValue
from services.funding_streams.domain.levers import (
    ALLOCATION,
    DAY,
    FIXED,
    Askable,
    Change,
    Situation,
    birthdays,
    like,
    number,
    numbers,
    others,
)

#: Bounds of a search.
DECISIONS_MOST = 2_000
WAYS_MOST = 12
CHANGES_MOST = 6


@dataclass(frozen=True)
class Verdict:
    """What came of a situation.

    Args:
        decision: of the one stream.
        read: the facts that its rules, and those of the streams that it looks at, asked for.
        failed: how many tests were not met, where they were told one by one.
        against: facts that contradict each other in this situation.
    """

    decision: Decision
    read: tuple[str, ...]
    failed: int
    against: tuple[str, ...] = ()

    @property
    def is_refused(self) -> bool:
        """Whether the stream says no."""
        return self.decision.status is Status.NOT_ELIGIBLE

    @property
    def is_award(self) -> bool:
        """Whether the stream says yes, or would once its partner confirms."""
        return self.decision.status in (Status.CONFIRMED, Status.INDICATIVE)


@dataclass(frozen=True)
class Way:
    """A smallest set of changes after which the stream no longer refuses.

    Args:
        changes: what would have to be otherwise.
        decision: as it would be.
        also: facts that would then contradict what was changed, so that they would be otherwise as well.
    """

    changes: tuple[Change, ...]
    decision: Decision
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class WaysFound:
    """What a search found.

    Args:
        ways: awards first, then those after which the stream would still need something.
        decisions: how many situations were decided.
        complete: False where the search stopped at its bound before it had tried everything it tries.
    """

    ways: tuple[Way, ...]
    decisions: int
    complete: bool


class _BoundReached(Exception):
    """The search has decided as often as it may."""


#: Decides on a situation, with or without its tests told one by one.
Decide = Callable[[Situation, bool], Verdict]
#: A lever and what it could stand at.
_Probe = tuple[str, FactValue]


def ways_in(decide: Decide, situation: Situation, askable: Mapping[str, Askable], days: Sequence[date]) -> WaysFound:
    """Look for the smallest sets of changes that turn a refusal.

    Args:
        decide: decides on a situation.
        situation: as it is.
        askable: the facts that a search may change, by name; a fact that is not among them stays.
        days: days on which the rules change; only those after the day of the decision are tried.

    Returns:
        Nothing where the stream does not refuse, or where the facts as they are contradict each other.
    """
    search = _Search(decide, situation, askable, days)
    complete = True
    try:
        search.run()
    except _BoundReached:
        complete = False
    awards_first = sorted(search.ways, key=lambda way: (way.decision.status is Status.UNDECIDED, bool(way.also)))
    return WaysFound(tuple(awards_first[:WAYS_MOST]), search.decisions, complete)


@dataclass
class _Search:
    """One search, with what it has found so far."""

    decide: Decide
    start: Situation
    askable: Mapping[str, Askable]
    days: Sequence[date]
    ways: list[Way] = field(default_factory=list)
    decisions: int = 0

    def run(self) -> None:
        """Try singles, then pairs, then one failed test after another; stop at the first size that has an answer."""
        now = self._verdict(self.start, told=True)
        if now.against or not now.is_refused:
            return
        probes = list(self._probes(now.read))
        self._later_day(now)
        self._singles(probes)
        if not self.ways:
            self._pairs(probes)
        if not self.ways:
            self._one_test_after_another(now)

    def _verdict(self, situation: Situation, *, told: bool = False) -> Verdict:
        if self.decisions >= DECISIONS_MOST:
            raise _BoundReached
        self.decisions += 1
        return self.decide(situation, told)

    def _opens(self, situation: Situation) -> bool:
        return not self._verdict(situation).is_refused

    # -- the three searches

    def _singles(self, probes: Sequence[_Probe]) -> None:
        done = set[str]()
        for name, value in probes:
            if name not in done and self._opens(self.start.having(name, value)):
                self._keep([(name, value)])
                if number(self.start.value(name)) is not None:
                    # The boundary is found; another probe of a number or day would find the same one.
                    done.add(name)

    def _pairs(self, probes: Sequence[_Probe]) -> None:
        told = set[tuple[str, str]]()
        for first, second in combinations(probes, 2):
            names = (first[0], second[0])
            if first[0] == second[0] or names in told:
                continue
            if self._opens(self.start.having(*first).having(*second)):
                told.add(names)
                self._keep([first, second])

    def _one_test_after_another(self, now: Verdict) -> None:
        """Take the change that leaves the fewest failed tests, and again, until nothing is refused."""
        moved: dict[str, FactValue] = {}
        while now.is_refused and len(moved) < CHANGES_MOST:
            situation = self._with(moved)
            better: tuple[Verdict, _Probe] | None = None
            for name, value in self._probes(now.read):
                if name in moved:
                    continue
                verdict = self._verdict(situation.having(name, value), told=True)
                if not verdict.is_refused or verdict.failed < (better[0] if better else now).failed:
                    better = verdict, (name, value)
                if not verdict.is_refused:
                    break
            if better is None:
                return
            now, (name, value) = better
            moved[name] = value
        if not now.is_refused:
            self._keep(self._without_idle(moved))

    def _without_idle(self, moved: Mapping[str, FactValue]) -> list[_Probe]:
        """Leave out every change that is not needed."""
        kept = dict(moved)
        for name in moved:
            rest = {other: value for other, value in kept.items() if other != name}
            if rest and self._opens(self._with(rest)):
                kept = rest
        return list(kept.items())

    def _later_day(self, now: Verdict) -> None:
        """Look for the first later day on which the same facts are enough: a birthday, or a change of the rules."""
        on, born = self.start.on, self.start.facts.get("date_of_birth")
        of_age = birthdays(born, on) if isinstance(born, str | date) and "date_of_birth" in now.read else []
        too_early = on
        for day in sorted({*of_age, *(day for day in self.days if day > on)}):
            if self._is_enough_on(day):
                self._keep([(DAY, self._first_between(too_early, day))])
                return
            too_early = day

    def _first_between(self, too_early: date, enough: date) -> date:
        while (enough - too_early).days > 1:
            middle = too_early + (enough - too_early) // 2
            too_early, enough = (too_early, middle) if self._is_enough_on(middle) else (middle, enough)
        return enough

    def _is_enough_on(self, day: date) -> bool:
        """Whether a later day alone is enough; one for which figures are not loaded yet is not."""
        verdict = self._verdict(self.start.having(DAY, day))
        return verdict.is_award or bool(verdict.decision.missing_facts)

    # -- keeping what was found

    def _with(self, moved: Mapping[str, FactValue]) -> Situation:
        situation = self.start
        for name, value in moved.items():
            situation = situation.having(name, value)
        return situation

    def _keep(self, probes: Sequence[_Probe]) -> None:
        """Bring numbers and days as near to today's as they can be, and keep the set with its decision."""
        moved = dict(probes)
        for name in moved:
            moved[name] = self._nearest(name, moved)
        verdict = self._verdict(self._with(moved), told=True)
        assert not verdict.is_refused
        changes = tuple(Change(name, self.start.value(name), value) for name, value in moved.items())
        also = tuple(name for name in verdict.against if name not in moved)
        self.ways.append(Way(changes, verdict.decision, also))

    def _nearest(self, name: str, moved: Mapping[str, FactValue]) -> FactValue:
        """Halve the way between what is and what is enough, until they are next to each other."""
        near, far = number(self.start.value(name)), number(moved[name])
        if near is None or far is None or name == DAY:
            return moved[name]
        while abs(far - near) > 1:
            middle = (near + far) // 2
            value = like(moved[name], middle)
            near, far = (near, middle) if self._opens(self._with({**moved, name: value})) else (middle, far)
        return like(moved[name], far)

    # -- what to try

    def _probes(self, read: Sequence[str]) -> Iterator[_Probe]:
        for name in read:
            fact, value = self.askable.get(name), self.start.facts.get(name)
            if fact is not None and value is not None and name not in FIXED:
                yield from ((name, other) for other in others(fact, value, self.start.on) if other != value)
        if self.start.allocation_pence is not None:
            most = self.askable[ALLOCATION].most
            yield from ((ALLOCATION, pence) for pence in numbers(self.start.allocation_pence, most))


@dataclass
class Seen:
    """What streams read and how many tests were not met, as one round of decisions shows it."""

    read: dict[str, None] = field(default_factory=dict)
    failed: int = 0


class Watching(Around):
    """A stream whose reading of facts and failed tests are noted."""

    def __init__(self, adapter: StreamAdapter, seen: Seen) -> None:
        super().__init__(adapter)
        self._seen = seen

    def decide(self, case: Case) -> Decision:
        """Decide, and note what was read and what was not met."""
        decision = super().decide(case)
        self._seen.read.update(case.facts.read)
        self._seen.failed += sum(step.outcome is Outcome.FAILED for step in decision.trace)
        return decision
