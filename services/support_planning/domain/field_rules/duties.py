"""Whose duty a need is, and that each is met once: health care, needs paid for twice, needs that nothing meets."""

from collections.abc import Iterator
from itertools import combinations

from services.support_planning.domain.findings import Finding, Rule, Weight
from services.support_planning.domain.plan import CostedItem, Plan


def health_care(plan: Plan, rule: Rule) -> Iterator[Finding]:
    """Health care, which is the health service's to give."""
    for item in plan.items:
        if (item.use or "").startswith("health."):
            mend = "Ask the health service for it, or for a personal health budget."
            text = f"{item.text}: {rule.text}"
            yield Finding("health_care", Weight.NOTES, text, (item.item_id,), rule.citation, rule.unconfirmed, mend)


def paid_twice(plan: Plan, rule: Rule) -> Iterator[Finding]:
    """Needs that two items meet in the same way at the same time, or that are met without money already."""
    costed = [one for one in plan.costed() if one.total_pence]
    for one, other in combinations(costed, 2):
        shared = sorted(set(one.item.need_ids) & set(other.item.need_ids))
        if shared and one.item.use == other.item.use and _meet_in_time(one, other):
            yield Finding(
                "paid_twice",
                Weight.ASKS,
                f"{one.item.text} and {other.item.text} meet the same need ({shared[0]}) at the same time.",
                (one.item.item_id, other.item.item_id),
                rule.citation,
                rule.unconfirmed,
                "Say how they differ, such as two people being needed at once, or keep one.",
            )
    met = {need.need_id: need.met_without_money for need in plan.needs if need.met_without_money}
    for one in costed:
        for need_id in sorted(met.keys() & set(one.item.need_ids)):
            text = f"{one.item.text} is for a need that is met without money: {met[need_id]}."
            mend = "Say what is not met by that, or leave it out."
            yield Finding("met_already", Weight.ASKS, text, (one.item.item_id,), rule.citation, rule.unconfirmed, mend)


def _meet_in_time(one: CostedItem, other: CostedItem) -> bool:
    share_days = one.span.shared_with(other.span) is not None
    some_days = set(one.item.days) & set(other.item.days) or not one.item.days or not other.item.days
    kinds = {version.kind for version in one.item.versions}, {version.kind for version in other.item.versions}
    same_kind = not all(kinds) or bool(kinds[0] & kinds[1])
    return share_days and bool(some_days) and same_kind


def unmet_needs(plan: Plan, rule: Rule) -> Iterator[Finding]:
    """Eligible needs that nothing in the plan meets."""
    met = {need_id for item in plan.items for need_id in item.need_ids}
    for need in plan.needs:
        if need.need_id not in met and not need.met_without_money:
            text = f"Nothing in the plan meets this need: {need.text}."
            mend = "Plan something for it, or say how it is met without money."
            yield Finding("need_not_met", Weight.STOPS, text, (), rule.citation, rule.unconfirmed, mend)
