"""What becomes of a fund's unspent money at its end, by its stream's own rule."""

from dataclasses import dataclass

from services.ledger.domain.in_words import pounds


class NoYearEndRule(Exception):
    """Nobody has said what becomes of a stream's unspent money; guessing is not for a ledger."""


@dataclass(frozen=True)
class YearEndRule:
    """A stream's rule.

    Args:
        stream: its code.
        weeks_kept_most: of how many weeks' rate at most unspent money stays with the person; 0 for none of it.
        source: in law, guidance or a council's policy.
        is_confirmed: whether the source was seen; the person is told where it was not.
    """

    stream: str
    weeks_kept_most: int
    source: str
    is_confirmed: bool


@dataclass(frozen=True)
class YearEnd:
    """What is carried over, and what somebody may decide to ask back.

    Args:
        carried_over_pence: goes into the next year's fund.
        recoverable_pence: for decision; nothing is taken by itself.
        working: how it was worked out, in words.
    """

    carried_over_pence: int
    recoverable_pence: int
    working: tuple[str, ...]


def year_end(rule: YearEndRule, *, unspent_pence: int, pence_per_week: int) -> YearEnd:
    """Split what is unspent by the stream's rule.

    Args:
        rule: of the stream.
        unspent_pence: what the fund has left, paid out or not.
        pence_per_week: the weekly rate at its end.
    """
    most = rule.weeks_kept_most * pence_per_week
    carried = min(unspent_pence, most)
    words = (
        f"Up to {rule.weeks_kept_most} weeks at {pounds(pence_per_week)} are carried over: {pounds(most)}."
        if rule.weeks_kept_most
        else "Nothing is carried over."
    )
    return YearEnd(carried, unspent_pence - carried, (words, f"Unspent: {pounds(unspent_pence)}. {rule.source}"))
