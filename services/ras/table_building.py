"""From the checked entries of an allocation table's file to the table that the rules use."""

from fractions import Fraction

from services.ras.domain.allocation import AllocationTable
from services.ras.domain.costed_hours import HoursOfQuestion, HoursRule, must_be_sound
from services.ras.domain.costed_lines import Rate, RateCard
from services.ras.domain.good_and_bad_days import DayRule
from services.ras.domain.points import Counting, LeastScore, ScoredChoice, ScoredQuestion, Scoring, Weight, Where
from services.ras.domain.protection import Phasing
from services.ras.domain.settlement import NO_RULE, Comparator, SettlementRule, SoftLimit
from services.ras.domain.sums import WEEKS_PER_YEAR
from services.ras.domain.tables import (
    Band,
    Bands,
    Knot,
    LinearBetweenKnots,
    MoneyTable,
    PricePerPoint,
    SquareOfASum,
)
from services.ras.table_entries import (
    BandsEntry,
    Code,
    Codes,
    DaysEntry,
    HoursEntry,
    KnotEntry,
    KnotsEntry,
    PhasingEntry,
    PriceEntry,
    QuestionnaireFile,
    RateCardEntry,
    RateEntry,
    SettlementEntry,
    SquareEntry,
    TableFile,
)


def built(entry: TableFile, asked: QuestionnaireFile, versions: frozenset[int]) -> AllocationTable:
    """Build the table.

    Raises:
        TableNotSound: its parts do not make a table that holds.
    """
    scoring = _scoring(entry, asked)
    return AllocationTable(
        table_id=entry.id,
        version=entry.version,
        council=entry.council,
        user_group=str(entry.user_group),
        in_force_from=entry.in_force_from,
        in_force_to=entry.in_force_to,
        questionnaire_id=asked.id,
        questionnaire_versions=versions,
        scoring=scoring,
        money=_money(entry.money),
        has_weekly_sums=_has_weekly_sums(entry.money),
        rate_card=_rate_card(entry.rate_card),
        statement=entry.statement.strip(),
        hours=_hours(entry.hours, scoring) if entry.hours else None,
        days=_days(entry.days) if entry.days else None,
        held_back=Fraction(entry.held_back.share) if entry.held_back else Fraction(0),
        settlement=_settlement(entry.settlement) if entry.settlement else NO_RULE,
    )


def _scoring(entry: TableFile, asked: QuestionnaireFile) -> Scoring:
    questions = tuple(
        ScoredQuestion(
            question_id=question.id,
            label=question.label,
            domain=question.domain,
            choices=tuple(
                ScoredChoice(code, text, Fraction(entry.points.by_question[question.id][code]))
                for code, text in question.choices.items()
            ),
            counting=entry.points.counting.get(question.id, Counting.HIGHEST),
            weights=tuple(
                Weight(Fraction(weight.factor), _where(weight.where))
                for weight in entry.points.weights.get(question.id, ())
            ),
            is_degree=question.id not in entry.points.no_order,
        )
        for question in asked.questions
    )
    multipliers = {code: Fraction(value) for code, value in entry.informal_help.multipliers.items()}
    least = (LeastScore(Fraction(least.points), _where(least.where), least.text) for least in entry.points.least_scores)
    return Scoring(dict(asked.domains), questions, multipliers, tuple(least))


def _where(where: dict[Code, Codes]) -> Where:
    return {question_id: frozenset(codes) for question_id, codes in where.items()}


def _money(entry: KnotsEntry | BandsEntry | PriceEntry | SquareEntry) -> MoneyTable:
    if isinstance(entry, KnotsEntry):
        return LinearBetweenKnots(tuple(Knot(Fraction(knot.points), _knot_pence(knot)) for knot in entry.knots))
    if isinstance(entry, BandsEntry):
        bands = (Band(band.points_from, band.points_to, Fraction(band.pence_per_year)) for band in entry.bands)
        return Bands(tuple(bands), entry.begins_at)
    if isinstance(entry, SquareEntry):
        return SquareOfASum(Fraction(entry.base), Fraction(entry.points_max))
    return PricePerPoint(Fraction(entry.pence_per_point_per_week) * WEEKS_PER_YEAR, Fraction(entry.points_max))


def _knot_pence(knot: KnotEntry) -> Fraction:
    if knot.pence_per_year is not None:
        return Fraction(knot.pence_per_year)
    assert knot.pence_per_week is not None, "checked before"
    return Fraction(knot.pence_per_week * WEEKS_PER_YEAR)


def _has_weekly_sums(entry: KnotsEntry | BandsEntry | PriceEntry | SquareEntry) -> bool:
    if isinstance(entry, KnotsEntry):
        return any(knot.pence_per_week is not None for knot in entry.knots)
    return isinstance(entry, PriceEntry)


def _rate_card(entry: RateCardEntry) -> RateCard:
    return RateCard(_rates(entry.rates), entry.days_per_week, entry.weeks_per_year, entry.round_to)


def _rates(entries: dict[Code, RateEntry]) -> dict[str, Rate]:
    return {
        code: Rate(code, Fraction(rate.pence_per_hour), rate.inferred, rate.priced_on) for code, rate in entries.items()
    }


def _hours(entry: HoursEntry, scoring: Scoring) -> HoursRule:
    questions = (
        HoursOfQuestion(each.question, each.rate, {code: Fraction(hours) for code, hours in each.per_week.items()})
        for each in entry.by_question
    )
    rule = HoursRule(tuple(questions), _rates(entry.rates))
    must_be_sound(rule, scoring)
    return rule


def _days(entry: DaysEntry) -> DayRule:
    return DayRule({kind: Fraction(multiplier) for kind, multiplier in entry.multipliers.items()})


def _settlement(entry: SettlementEntry) -> SettlementRule:
    return SettlementRule(
        tolerance=Fraction(entry.tolerance.share),
        soft_limits=tuple(SoftLimit(limit.pence_per_year, limit.text) for limit in entry.soft_limits),
        comparators=tuple(Comparator(other.pence_per_year, other.text) for other in entry.comparators),
        phasing=_phasing(entry.phasing) if entry.phasing else None,
    )


def _phasing(entry: PhasingEntry) -> Phasing:
    return Phasing(Fraction(entry.most_lost_a_year), entry.share_of)
