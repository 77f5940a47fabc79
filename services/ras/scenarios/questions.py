"""A scenario's question, from what is stored of it."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from services.ras.domain.allocation import AllocationTable
from services.ras.domain.protection import Phasing, ShareOf
from services.ras.named_tables import as_named, named_table, released_texts
from services.ras.simulation.protection_rule import PaidBy, Protection

if TYPE_CHECKING:  # The question itself comes with the analysis packages.
    from services.ras.simulation.scenario import Question


def table_of(told: Mapping[str, str]) -> AllocationTable:
    """The table that is named, or given as the text of its file.

    Raises:
        TableRefused: there is no such table, or it is not sound.
    """
    if "text" in told:
        return as_named(told["text"], released_texts(), "table").table
    return named_table(told["released"], files=False).table


def protection_of(told: Mapping[str, Any]) -> Protection:
    """The rule of protection.

    Raises:
        TableNotSound: the rule makes no sense.
    """
    phasing = Phasing(
        Fraction(told["most_lost_a_year"]), ShareOf(told["share_of"]), told["years"], Fraction(told["floor"])
    )
    return Protection(phasing, PaidBy(told["paid_by"]))


def question_of(told: Mapping[str, Any]) -> "Question":
    """The question, for `services.ras.simulation.scenario.simulate`."""
    from services.ras.simulation.scenario import Question

    return Question(
        table=table_of(told["table"]),
        before=table_of(told["against"]) if told["against"] else None,
        uplift=Fraction(told["prices"]),
        protection=protection_of(told["protection"]) if told["protection"] else None,
        budget_pence_per_year=told["budget_pence_per_year"],
    )
