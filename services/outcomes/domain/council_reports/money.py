"""Where the money is: indicative against final, streams found and claimed, how it is held, what is not spent."""

from collections.abc import Iterator, Sequence
from datetime import date

from services.outcomes.domain.council_reports.records import Journey, StreamInBudget, StreamState
from services.outcomes.domain.council_reports.tables import (
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

#: Within this of the indicative sum, a final one is called about the same.
ABOUT_THE_SAME = 0.05
#: More than this unspent is worth a look: a plan too rich, or support that nobody could find.
MUCH_UNSPENT = 0.25
EVERYBODY = "everybody"


def indicative_against_final(journeys: Sequence[Journey]) -> CouncilTable:
    """How final sums compare with indicative ones, by user group."""
    pairs = [
        (one.user_group, one.indicative_pence, one.final_pence)
        for one in journeys
        if one.indicative_pence and one.final_pence is not None
    ]
    groups = sorted({group for group, _, _ in pairs})
    by_group = {name: [(low, high) for group, low, high in pairs if group == name] for name in groups}
    hidden = small([len(by_group[name]) for name in groups])
    columns = (
        "user group",
        "people",
        "indicative, £ a year",
        "final, £ a year",
        "half are above, final / indicative",
        "higher, %",
        "about the same, %",
        "lower, %",
    )
    rows = [
        hidden_row(name, columns) if place in hidden else (name, *_compared(by_group[name]))
        for place, name in enumerate(groups)
    ]
    is_few = len(pairs) < PUBLISHED_PEOPLE_MIN
    everybody = _compared([(low, high) for _, low, high in pairs])
    rows.append(hidden_row(EVERYBODY, columns) if is_few else (EVERYBODY, *everybody))
    return CouncilTable(
        code="indicative_against_final",
        title="Indicative and final sums",
        about=f"About the same: within {ABOUT_THE_SAME:.0%}. Where final sums are often others, the table is wrong.",
        columns=columns,
        rows=tuple(rows),
        drawn=("indicative, £ a year", "final, £ a year"),
        unit="£ a year, on average",
        warnings=told_of_hidden(hidden),
    )


def _compared(pairs: Sequence[tuple[int, int]]) -> Iterator[Cell]:
    count = len(pairs)
    ratios = [final / indicative for indicative, final in pairs]
    middle = quantile(ratios, 0.5)
    yield count
    yield pounds(sum(indicative for indicative, _ in pairs) / count) if count else None
    yield pounds(sum(final for _, final in pairs) / count) if count else None
    yield None if middle is None else round(middle, 3)
    yield share(sum(ratio > 1 + ABOUT_THE_SAME for ratio in ratios), count)
    yield share(sum(abs(ratio - 1) <= ABOUT_THE_SAME for ratio in ratios), count)
    yield share(sum(ratio < 1 - ABOUT_THE_SAME for ratio in ratios), count)


def streams_per_budget(journeys: Sequence[Journey]) -> CouncilTable:
    """How many streams budgets are made of: the pilots' were seldom made of more than one."""
    counts = [
        sum(stream.state is StreamState.CONFIRMED for stream in one.streams.values())
        for one in journeys
        if one.has_budget
    ]
    rows = tuple(
        (str(number), counts.count(number), share(counts.count(number), len(counts)))
        for number in range(1, max(counts, default=0) + 1)
    )
    return CouncilTable(
        code="streams_per_budget",
        title="Streams in a budget",
        about="Budgets by how many streams' money is confirmed in them.",
        columns=("streams", "budgets", "%"),
        rows=rows,
        drawn=("budgets",),
        unit="budgets",
    )


def streams_unclaimed(journeys: Sequence[Journey], on: date) -> CouncilTable:
    """Streams that were found for people, and not claimed: money that they may be without."""
    names = sorted({name for one in journeys for name in one.streams})
    rows = []
    for name in names:
        found = [one.streams[name] for one in journeys if name in one.streams and one.left_on is None]
        waiting = [one for one in found if one.state is StreamState.INDICATIVE]
        rows.append(
            (
                name,
                sum(one.state is StreamState.CONFIRMED for one in found),
                len(waiting),
                pounds(sum(one.awarded_pence for one in waiting)),
                max((days(one.since, on) for one in waiting if one.since), default=None),
                sum(one.state is StreamState.UNDECIDED for one in found),
                sum(one.state is StreamState.NOT_ELIGIBLE for one in found),
            )
        )
    return CouncilTable(
        code="streams_unclaimed",
        title="Streams found and not claimed",
        about="Found: the rules say yes, and whoever decides has not decided. Undecided: facts are missing.",
        columns=("stream", "confirmed", "found", "found, £", "waits longest, days", "undecided", "not eligible"),
        rows=tuple(rows),
        drawn=("confirmed", "found", "undecided"),
        unit="people",
    )


def ways_of_holding(journeys: Sequence[Journey]) -> CouncilTable:
    """How money is held: how many budgets use each way, and how much of the money."""
    budgets = [one.held_pence for one in journeys if any(one.held_pence.values())]
    total = sum(pence for held in budgets for pence in held.values())
    names = sorted({name for held in budgets for name, pence in held.items() if pence})
    rows: list[tuple[Cell, ...]] = []
    for name in names:
        uses = [held[name] for held in budgets if held.get(name)]
        alone = sum(sum(map(bool, held.values())) == 1 for held in budgets if held.get(name))
        rows.append(
            (name, len(uses), share(len(uses), len(budgets)), alone, pounds(sum(uses)), share(sum(uses), total))
        )
    mixed = sum(sum(map(bool, held.values())) > 1 for held in budgets)
    rows.append(("a mixture of ways", mixed, share(mixed, len(budgets)), None, None, None))
    return CouncilTable(
        code="ways_of_holding",
        title="How the money is held",
        about="A budget held in two ways counts in each, and once as a mixture.",
        columns=("way", "budgets", "% of budgets", "this way alone", "£ a year", "% of the money"),
        rows=tuple(rows),
        drawn=("% of budgets", "% of the money"),
        unit="%",
    )


def unspent_money(journeys: Sequence[Journey]) -> CouncilTable:
    """What was awarded and not spent, by stream; of money of which nobody told what was spent, nothing."""
    names = sorted({name for one in journeys for name in one.streams})
    rows, recovered_told, funds_not_told = [], True, 0
    for name in names:
        funds = [one.streams[name] for one in journeys if name in one.streams]
        funds = [fund for fund in funds if fund.state is StreamState.CONFIRMED and fund.awarded_pence]
        told = [(fund, fund.spent_pence) for fund in funds if fund.spent_pence is not None]
        recovered = [fund.recovered_pence for fund, _ in told if fund.recovered_pence is not None]
        funds_not_told += len(funds) - len(told)
        recovered_told = recovered_told and len(recovered) == len(told)
        rows.append(_unspent(name, told, sum(recovered) if len(recovered) == len(told) else None))
    much = f"more than {MUCH_UNSPENT:.0%} unspent"
    return CouncilTable(
        code="unspent_money",
        title="Money not spent",
        about="Unspent money may be put by for a bad month. That somebody is asked about it takes nothing away.",
        columns=(
            "stream",
            "funds",
            "awarded £",
            "spent £",
            "recovered £",
            "unspent, %",
            "half leave more, %",
            much,
            "overspent",
        ),
        rows=tuple(rows),
        drawn=("unspent, %", "half leave more, %"),
        unit="%",
        warnings=tuple(_not_told(funds_not_told, recovered_told=recovered_told)),
    )


def _unspent(name: str, told: Sequence[tuple[StreamInBudget, int]], recovered: int | None) -> tuple[Cell, ...]:
    left = [(fund.awarded_pence - spent) / fund.awarded_pence for fund, spent in told]
    awarded, spent = sum(fund.awarded_pence for fund, _ in told), sum(spent for _, spent in told)
    middle = quantile(left, 0.5)
    return (
        name,
        len(told),
        pounds(awarded),
        pounds(spent),
        pounds(recovered),
        share(awarded - spent, awarded),
        None if middle is None else round(100 * middle, 1),
        sum(one > MUCH_UNSPENT for one in left),
        sum(one < 0 for one in left),
    )


def _not_told(funds: int, *, recovered_told: bool) -> Iterator[str]:
    if funds:
        yield f"Of {funds} funds nobody told what was spent: they are left out."
    if not recovered_told:
        yield "What was asked back and came in is told by no event: the column of what was recovered is empty."
