"""How long a record is kept, and why it may not be erased yet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ErasureBasis(StrEnum):
    """On what grounds a record is erased."""

    RETENTION_ENDED = "retention_ended"
    REQUEST = "request"


@dataclass(frozen=True)
class RetentionRule:
    """How long one kind of record is kept.

    Args:
        from_on: the first day on which the rule counts.
        years_after_last_contact: whole years.
    """

    rule: str
    from_on: date
    years_after_last_contact: int
    source: str


@dataclass(frozen=True)
class Standing:
    """What the question whether a record may be erased hangs on.

    Args:
        last_contact_on: the last day on which anything was said or done.
        is_assessed: an assessment was agreed, so that the council's duties under the Care Act rest on the record.
        is_open: an assessment is still being made.
        holds: why nothing may be erased, for each legal hold that stands.
    """

    last_contact_on: date
    is_assessed: bool
    is_open: bool
    holds: tuple[str, ...]


#: The rule for a record with, and for one without, an agreed assessment.
ASSESSED, NOT_ASSESSED = "adult_social_care_record", "contact_without_assessment"


def rule_for(rules: Sequence[RetentionRule], standing: Standing, on: date) -> RetentionRule:
    """The rule that counts on a day: the newest of its name that has begun.

    Raises:
        LookupError: none has.
    """
    name = ASSESSED if standing.is_assessed else NOT_ASSESSED
    begun = [each for each in rules if each.rule == name and each.from_on <= on]
    if not begun:
        raise LookupError(f"there is no retention rule {name} on {on}")
    return max(begun, key=lambda each: each.from_on)


def kept_until(rule: RetentionRule, last_contact_on: date) -> date:
    """The last day on which a record is kept; of a leap day, the end of February."""
    year = last_contact_on.year + rule.years_after_last_contact
    try:
        return last_contact_on.replace(year=year)
    except ValueError:
        return last_contact_on.replace(year=year, day=28)


def reasons_to_keep(standing: Standing, basis: ErasureBasis, rule: RetentionRule, on: date) -> tuple[str, ...]:
    """Why a record may not be erased on a day; empty when it may.

    A request (UK GDPR Article 17) does not reach what the council keeps under a legal duty (Article 17(3)(b)). An
    agreed assessment is kept for its period; a case that came to none is erased on request.
    """
    return tuple(_reasons(standing, basis, rule, on))


def _reasons(standing: Standing, basis: ErasureBasis, rule: RetentionRule, on: date) -> Iterator[str]:
    yield from (f"a legal hold stands: {because}" for because in standing.holds)
    until = kept_until(rule, standing.last_contact_on)
    if standing.is_open:
        yield "an assessment is open; the person withdraws first, or it is agreed"
    if on <= until and (basis is ErasureBasis.RETENTION_ENDED or standing.is_assessed):
        yield f"the record is kept until {until} ({rule.rule}: {rule.source})"
