"""What would have to change, in a sentence that a person can follow."""

from collections.abc import Mapping
from datetime import date

from services.funding_streams.domain.decision import Status
from services.funding_streams.domain.eras import in_words
from services.funding_streams.domain.facts import FactValue
from services.funding_streams.domain.levers import ALLOCATION, DAY, Askable, Change
from services.funding_streams.domain.money import in_pounds
from services.funding_streams.domain.what_would_change import Way


def way_in_words(way: Way, askable: Mapping[str, Askable], meanings: Mapping[str, str]) -> str:
    """Return a set of changes and what would come of it.

    Args:
        way: the changes, with the decision as it would be.
        askable: how each fact is written, by name.
        meanings: what each fact means, in a sentence.
    """
    changes = " and ".join(change_in_words(change, askable, meanings) for change in way.changes)
    also = ", ".join(f"“{_meaning(name, meanings)}”" for name in way.also)
    follows = f" With it would change: {also}." if also else ""
    return f"{changes[:1].upper()}{changes[1:]}.{follows} {_outcome(way)}"


def change_in_words(change: Change, askable: Mapping[str, Askable], meanings: Mapping[str, str]) -> str:
    """Return one change: what it is about, what it would be, and what it is now."""
    if change.name == DAY:
        assert isinstance(change.after, date)
        return f"from {in_words(change.after)}, with all else as it is"
    if change.name == ALLOCATION:
        what = "the indicative allocation for a year"
    else:
        what = f"“{_meaning(change.name, meanings)}”"
    kind = askable[change.name].kind
    if isinstance(change.after, tuple):
        return f"{what}: without {_left_out(change)}"
    return f"{what}: {_said(change.after, kind)} instead of {_said(change.before, kind)}"


def _meaning(name: str, meanings: Mapping[str, str]) -> str:
    return meanings.get(name, name.replace("_", " ")).rstrip(".")


def _outcome(way: Way) -> str:
    decision = way.decision
    if decision.status is Status.UNDECIDED:
        return "It would no longer be refused; more would have to be known before it is decided."
    again = " once its decision-maker confirms it" if decision.status is Status.INDICATIVE else ""
    share = decision.contribution_pence
    own = f", {in_pounds(share)} of it the person's own share" if share else ""
    return f"The award would then be {in_pounds(decision.amount_pence)}{own}{again}."


def _left_out(change: Change) -> str:
    assert isinstance(change.before, tuple)
    gone = [line for line in change.before if isinstance(change.after, tuple) and line not in change.after]
    return " and ".join(f"{line.code.replace('_', ' ')} of {in_pounds(line.pence_per_week)} a week" for line in gone)


def _said(value: FactValue | None, kind: str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return in_pounds(value) if kind.startswith("pence") else str(value)
    if isinstance(value, date):
        return in_words(value)
    if kind == "date" and isinstance(value, str):
        return in_words(date.fromisoformat(value))
    return str(value).replace("_", " ")
