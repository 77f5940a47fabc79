"""Who may be paid: relatives, people in the same household, and people who manage the money that they are paid from."""

from collections.abc import Iterator, Mapping

from services.support_planning.domain.findings import Finding, Rule, Weight
from services.support_planning.domain.holding import Holding, Way
from services.support_planning.domain.plan import Item, Plan

SPOUSE_OR_PARTNER, CLOSE_RELATIVE = "spouse_or_partner", "close_relative"
#: The recorded decision that lifts the bar.
NECESSITY = "necessity"
_CARE = ("care.", "domestic.", "respite.community", "community.access", "education.support")
_MANAGING = ("employing.payroll", "brokerage")


def relatives(plan: Plan, rules: Mapping[str, Rule]) -> Iterator[Finding]:
    """Relatives whom the law lets be paid only where the council has recorded that it is necessary."""
    for item in plan.items:
        if not _is_barred(item):
            continue
        rule = rules.get("relative_who_manages" if _is_managing(item) else "relatives_in_household")
        if rule is None:
            continue
        asked = NECESSITY in item.exceptions
        yield Finding(
            "relative_paid",
            Weight.ASKS if asked else Weight.STOPS,
            f"{item.text}: {rule.text}",
            (item.item_id,),
            rule.citation,
            rule.unconfirmed,
            "" if asked else "Ask for a recorded decision that it is necessary, or have somebody else.",
        )


def exceptions_asked(plan: Plan) -> Iterator[Finding]:
    """Items that rest on a recorded decision, which an approval records: the approver answers for each."""
    for item in plan.items:
        if item.exceptions:
            told = ", ".join(name.replace("_", " ") for name in item.exceptions)
            text = f"{item.text} rests on a decision that must be recorded: {told}."
            yield Finding("exception_asked", Weight.ASKS, text, (item.item_id,))


def _is_managing(item: Item) -> bool:
    return (item.use or "").startswith(_MANAGING)


def _is_barred(item: Item) -> bool:
    payee = item.payee
    if payee is None or not (_is_managing(item) or (item.use or "").startswith(_CARE)):
        return False
    shares_home = payee.same_household is not False
    if payee.relation == SPOUSE_OR_PARTNER:
        return shares_home or not _is_managing(item)
    return payee.relation == CLOSE_RELATIVE and shares_home


def conflicts(plan: Plan, holdings: tuple[Holding, ...], planned_with: str | None, rule: Rule) -> Iterator[Finding]:
    """People who manage the money, or helped to plan, and are paid from it.

    Args:
        planned_with: reference of whoever helped to plan for a living, such as a broker.
    """
    paid: dict[str, list[Item]] = {}
    for item in plan.items:
        if item.payee and item.payee.reference:
            paid.setdefault(item.payee.reference, []).append(item)
    for holding in holdings:
        for item in paid.get(holding.holder_reference or "", ()):
            # A provider who holds an account is there to be paid from it; that others could be had is still told.
            is_expected = holding.way is Way.PROVIDER_ACCOUNT
            yield Finding(
                "paid_from_what_they_manage",
                Weight.NOTES if is_expected else Weight.ASKS,
                f"{item.text}: whoever is paid also holds the money as {holding.way.in_words}.",
                (item.item_id,),
                rule.citation,
                rule.unconfirmed,
                "Have somebody else hold the money, or say who else looks at what is paid.",
            )
    for item in paid.get(planned_with or "", ()):
        if item.use != "brokerage":
            yield Finding(
                "planned_by_who_is_paid",
                Weight.ASKS,
                f"{item.text}: whoever is paid also helped to make the plan.",
                (item.item_id,),
                rule.citation,
                rule.unconfirmed,
                "Say how the person came to choose them.",
            )
