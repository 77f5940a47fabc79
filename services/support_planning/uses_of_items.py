"""What the rules of the money must know of an item: its use, who is paid, and the circumstances that the plan shows."""

from collections.abc import Mapping

from braid.contracts.uses import Relation, Requirement, SpendItem, Use
from braid.contracts.uses_in_words import USES_IN_WORDS
from services.support_planning.domain.field_rules.care_homes import most_nights_together
from services.support_planning.domain.plan import CostedItem, Payee, PayeeKind

#: As the ledger's label has them; a person's own words stay here.
_PAYEES: Mapping[PayeeKind, str] = {
    PayeeKind.PERSONAL_ASSISTANT: "personal assistant",
    PayeeKind.SELF_EMPLOYED: "self-employed",
    PayeeKind.AGENCY: "agency",
    PayeeKind.SUPPLIER: "supplier",
    PayeeKind.CARE_HOME: "care home",
    PayeeKind.FAMILY_OR_FRIEND: "family or friend",
    PayeeKind.COUNCIL: "council",
}
#: Stays that are less than four weeks apart count together; see the rule of stays in a care home.
_GAP_DAYS, _WINDOW_DAYS, _NIGHTS_OF_WEEK = 28, 365, 7


def spend_item(one: CostedItem) -> SpendItem:
    """An item as the rules of the money take it; what somebody answered goes before what the plan shows."""
    item, payee = one.item, one.item.payee
    return SpendItem(
        use=Use(item.use or ""),
        relation=Relation(payee.relation) if payee and payee.relation else _relation_of_firms(payee),
        same_household=payee.same_household if payee else None,
        recorded_decisions=frozenset(item.exceptions),
        circumstances={**_shown(one), **{Requirement(name): told for name, told in (item.circumstances or {}).items()}},
    )


def label(one: CostedItem) -> str:
    """Name of an item's kind, without the person's own words."""
    words = USES_IN_WORDS[Use(one.item.use or "")].capitalize()
    return f"{words}, {_PAYEES[one.item.payee.kind]}" if one.item.payee else words


def _relation_of_firms(payee: Payee | None) -> Relation | None:
    """Nobody is the relative of a firm; of a person it is asked."""
    firms = (PayeeKind.AGENCY, PayeeKind.SUPPLIER, PayeeKind.CARE_HOME, PayeeKind.COUNCIL)
    return Relation.NOT_RELATED if payee and payee.kind in firms else None


def _shown(one: CostedItem) -> dict[Requirement, bool | int]:
    item = one.item
    shown: dict[Requirement, bool | int] = {
        Requirement.NEED_IN_PLAN: bool(item.need_ids),
        Requirement.OUTCOME_IN_PLAN: bool(item.outcome_ids),
        Requirement.PENCE_EACH_AT_MOST: item.unit_pence or 0,
    }
    if item.payee is not None:
        shown[Requirement.BY_PERSONAL_ASSISTANT] = item.payee.kind in (
            PayeeKind.PERSONAL_ASSISTANT,
            PayeeKind.SELF_EMPLOYED,
        )
    if item.stays:
        nights = most_nights_together(item.stays, gap_days=_GAP_DAYS, window_days=_WINDOW_DAYS)
        shown[Requirement.WEEKS_IN_A_YEAR_AT_MOST] = -(-nights // _NIGHTS_OF_WEEK)
    return shown
