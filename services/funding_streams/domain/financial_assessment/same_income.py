"""Says in a decision where other streams charge the same income on the same day.

Adult social care, the Independent Living Fund, the Disabled Facilities Grant and Supporting People each have a means
test of their own, and all of them look at the same income (B23 of the project's list of barriers). A stream that takes
an earlier charge off says so; one whose law does not, says that as well.
"""

from collections.abc import Collection
from functools import partial

from services.funding_streams.domain.decision import Decision, MoneyKind
from services.funding_streams.domain.money import half_up, in_pounds
from services.funding_streams.domain.working import Working


def tell_income_charged_elsewhere(working: Working, *, taken_off: Collection[str] = ()) -> None:
    """Add a noted step for each stream, decided before this one, that charges the same income.

    Args:
        working: of the stream that assesses the means.
        taken_off: streams whose charge this one takes off its own.
    """
    for decision in working.case.decisions.values():
        if decision.contribution_pence:
            text = partial(_text, decision, taken_off=decision.stream in taken_off)
            working.noted(f"same_income.{decision.stream}", text)


def _text(decision: Decision, *, taken_off: bool) -> str:
    once = any(line.money is MoneyKind.ONE_OFF for line in decision.lines)
    sum_ = decision.contribution_pence if once else half_up(decision.weekly_contribution)
    what_of_it = (
        "That charge is taken off here, so the same income is not charged twice."
        if taken_off
        else "This is a separate test and does not take that charge off, so the same income is charged by both."
    )
    return (
        f"{decision.stream_label or decision.stream.replace('_', ' ').capitalize()} charges the same income"
        f" {in_pounds(sum_)} {'once' if once else 'a week'}. {what_of_it}"
    )
