"""Who gets what: needs that nobody meets, equality with small numbers kept back, and carers."""

from collections.abc import Iterator, Sequence

from services.outcomes.domain.council_reports.records import Carer, Journey
from services.outcomes.domain.council_reports.tables import (
    KEPT_BACK,
    Cell,
    CouncilTable,
    days,
    hidden_row,
    pounds,
    quantile,
    share,
    small,
    told_of_hidden,
)
from services.outcomes.domain.small_numbers import PUBLISHED_PEOPLE_MIN

NOT_TOLD = "not told"
PLANS_TELL_NO_NEEDS = (
    "Approved plans do not tell which needs they meet. Of people with a plan, needs that others do not meet are counted"
    " as not told, and are in no percentage."
)
DIRECT_PAYMENT = "direct_payment"
WEEKS_PER_YEAR = 52


def unmet_need(journeys: Sequence[Journey]) -> CouncilTable:
    """Needs that were agreed, and whether the plan or others meet them; where nobody told, none is called unmet."""
    needs = [need for one in journeys for need in one.needs]
    rows = []
    for domain in sorted({need.domain for need in needs}):
        here = [need for need in needs if need.domain == domain]
        by_others = [need for need in here if need.is_met_by_others and not need.is_in_plan]
        unmet = [need for need in here if need.is_in_plan is False and not need.is_met_by_others]
        not_told = [need for need in here if need.is_in_plan is None and not need.is_met_by_others]
        rows.append(
            (
                domain,
                len(here),
                sum(need.is_in_plan is True for need in here),
                len(by_others),
                len(unmet),
                share(len(unmet), len(here) - len(not_told)),
                sum(not need.reason for need in unmet),
                len(not_told),
            )
        )
    return CouncilTable(
        code="unmet_need",
        title="Needs that nobody meets",
        about="Needs of agreed assessments. That family meets one counts only where they said that they do.",
        columns=(
            "need",
            "people",
            "in the plan",
            "met by others",
            "unmet",
            "unmet, %",
            "unmet, and nobody says why",
            "in a plan or not: not told",
        ),
        rows=tuple(rows),
        drawn=("unmet, %",),
        unit="% of needs",
        warnings=(PLANS_TELL_NO_NEEDS,) if any(need.is_in_plan is None for need in needs) else (),
    )


def equality(journeys: Sequence[Journey], attribute: str) -> CouncilTable:
    """What groups of people get, by a characteristic that they told.

    A count is kept back where it, or what it leaves, is of few people; and where one alone would be, with the next.
    Source: Equality Act 2010 s.149 (due regard).
    """
    groups = sorted({one.characteristics.get(attribute, NOT_TOLD) for one in journeys})
    members = [[one for one in journeys if one.characteristics.get(attribute, NOT_TOLD) == name] for name in groups]
    with_budget = [sum(one.has_budget for one in group) for group in members]
    without = [len(group) - count for group, count in zip(members, with_budget, strict=True)]
    hidden = small([len(group) for group in members])
    split_hidden = hidden | small(with_budget, without)
    columns = (
        "group",
        "people",
        "with a budget",
        "with a budget, %",
        "half get more than, £ a week",
        "half wait more than, days",
        "direct payment, %",
    )
    rows = [
        hidden_row(name, columns)
        if place in hidden
        else (name, len(members[place]), *_got(members[place], is_split=place not in split_hidden))
        for place, name in enumerate(groups)
    ]
    return CouncilTable(
        code=f"equality_{attribute}",
        title=f"Who gets what, by {attribute.replace('_', ' ')}",
        about="A difference is a question to be asked, and no answer: people's needs are not in this table.",
        columns=columns,
        rows=tuple(rows),
        drawn=("with a budget, %",),
        unit="%",
        warnings=told_of_hidden(split_hidden),
    )


def _got(group: Sequence[Journey], *, is_split: bool) -> Iterator[Cell]:
    holders = [one for one in group if one.has_budget]
    yield len(holders) if is_split else KEPT_BACK
    yield share(len(holders), len(group)) if is_split else None
    yield pounds(_middle([one.final_pence / WEEKS_PER_YEAR for one in holders if one.final_pence is not None]))
    waits = [
        float(days(one.reached["case_opened"], one.reached["budget_opened"]))
        for one in group
        if {"case_opened", "budget_opened"} <= one.reached.keys()
    ]
    yield _middle(waits)
    direct = sum(bool(one.held_pence.get(DIRECT_PAYMENT)) for one in holders)
    yield share(direct, len(holders)) if min(direct, len(holders) - direct) >= PUBLISHED_PEOPLE_MIN else None


def _middle(values: Sequence[float]) -> float | None:
    return quantile(values, 0.5) if len(values) >= PUBLISHED_PEOPLE_MIN else None


def carers_assessed(journeys: Sequence[Journey]) -> CouncilTable:
    """Carers by what came of their own assessment, and what caring does to them since."""
    carers = [carer for one in journeys for carer in one.carers]
    outcomes = sorted({carer.outcome for carer in carers if carer.outcome})
    rows: list[tuple[Cell, ...]] = [("all carers", len(carers), None)]
    rows.append(("not assessed", sum(not carer.outcome for carer in carers), None))
    rows.extend((outcome, sum(carer.outcome == outcome for carer in carers), None) for outcome in outcomes)
    return CouncilTable(
        code="carers_assessed",
        title="Carers' own assessments",
        about="Carers who are named in assessments, and what came of their own.",
        columns=("carers", "people", "%"),
        rows=tuple((name, count, share(int(count or 0), len(carers))) for name, count, _ in rows),
        drawn=("people",),
        unit="carers",
    )


def carers_lives(journeys: Sequence[Journey]) -> CouncilTable:
    """How carers' scores changed from the baseline to the latest follow-up, where there are both."""
    carers = [carer for one in journeys for carer in one.carers]
    rows = [_changed(measure, carers) for measure in sorted({name for carer in carers for name in carer.scores})]
    return CouncilTable(
        code="carers_lives",
        title="Carers' lives since the baseline",
        about="Carers with both answers alone. A change is not what the budget did: there is nobody to compare with.",
        columns=("measure", "carers", "before", "now", "better", "the same", "worse"),
        rows=tuple(rows),
        drawn=("before", "now"),
        unit="mean score",
    )


def _changed(measure: str, carers: Sequence[Carer]) -> tuple[Cell, ...]:
    pairs = [carer.scores[measure] for carer in carers if measure in carer.scores]
    if len(pairs) < PUBLISHED_PEOPLE_MIN:
        return (measure, KEPT_BACK, None, None, None, None, None)
    return (
        measure,
        len(pairs),
        round(sum(before for before, _ in pairs) / len(pairs), 2),
        round(sum(now for _, now in pairs) / len(pairs), 2),
        sum(now > before for before, now in pairs),
        sum(now == before for before, now in pairs),
        sum(now < before for before, now in pairs),
    )


def relatives_paid(journeys: Sequence[Journey]) -> CouncilTable:
    """Money of budgets that goes to relatives, as the study of carers asked to have seen."""
    paid = [one for journey in journeys for one in journey.relatives_paid]
    total = sum(pence for one in journeys for pence in one.held_pence.values())
    kinds = sorted({(one.relation, one.same_household) for one in paid})
    groups = [[one for one in paid if (one.relation, one.same_household) == kind] for kind in kinds]
    hidden = small([len(group) for group in groups])
    columns = ("relation", "payments", "£ a year", "% of all money")
    rows: list[tuple[Cell, ...]] = []
    for place, (relation, same_household) in enumerate(kinds):
        name = f"{relation.replace('_', ' ')}, {'same' if same_household else 'another'} household"
        pence = sum(one.pence_per_year for one in groups[place])
        told = (name, len(groups[place]), pounds(pence), share(pence, total))
        rows.append(hidden_row(name, columns) if place in hidden else told)
    return CouncilTable(
        code="relatives_paid",
        title="Payments to relatives",
        about="What plans pay to relatives, by relation and household.",
        columns=columns,
        rows=tuple(rows),
        drawn=("£ a year",),
        unit="£ a year",
        warnings=told_of_hidden(hidden),
    )
