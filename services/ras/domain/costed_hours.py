"""The costed-hours view: need, hours, rate, pounds; held beside the points figure, with the gap between the two shown.

A points table cannot say which services a sum was meant to buy; this view can, and so shows whether the sum is enough.

Source:
    R (KM) v Cambridgeshire [2012] UKSC 23: a figure is explained by services, their assumed timings and their assumed
    cost. Care and support statutory guidance, paragraph 11.24: sufficiency.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from services.ras.domain.costed_lines import CostedLine, Rate, RateCard
from services.ras.domain.errors import TableNotSound
from services.ras.domain.points import NO_HELP, Counting, Scoring
from services.ras.domain.sums import plain_number, total


@dataclass(frozen=True)
class HoursOfQuestion:
    """The hours that the answers to a question stand for; hours a week by choice.

    Args:
        rate: code of the rate at which the hours are priced. A question may stand here twice, with two rates.
    """

    question_id: str
    rate: str
    per_week: Mapping[str, Fraction]


@dataclass(frozen=True)
class HoursRule:
    """A council's own hours for each answer, and what an hour costs."""

    questions: tuple[HoursOfQuestion, ...]
    rates: Mapping[str, Rate]


@dataclass(frozen=True)
class CostedHours:
    """What the hours that the answers stand for would cost; pence a year.

    Args:
        lines: one for each question with hours, then the specialist support; they add up exactly.
        hours_per_week_thousandths: of the questions, after help that counts; specialist support is not in them.
        gap_pence_per_year: the allocation less this view: below nothing where the allocation buys less. None where
            there is no allocation.
    """

    lines: tuple[CostedLine, ...]
    hours_per_week_thousandths: int
    pence_per_year: int
    gap_pence_per_year: int | None


def must_be_sound(rule: HoursRule, scoring: Scoring) -> None:
    """Refuse hours that fall where need rises, or that hang on what is not there.

    Raises:
        TableNotSound: with every reason.
    """
    if reasons := list(_reasons(rule, scoring)):
        raise TableNotSound(reasons)


def costed_lines_of_hours(
    rule: HoursRule,
    scoring: Scoring,
    card: RateCard,
    answers: Mapping[str, Sequence[str]],
    left_after_help: Mapping[str, Fraction],
    day_multiplier: Fraction,
    told_days: Sequence[tuple[Fraction, Mapping[str, Sequence[str]]]] = (),
) -> tuple[tuple[CostedLine, ...], Fraction]:
    """Turn answers into hours and price them.

    Args:
        left_after_help: what is left of a domain's hours, by domain, where help counts.
        day_multiplier: of the average day; hours are weighed straight, since each hour costs the same.
        told_days: kinds of day whose own answers were told, each with its share of a week; the multiplier is then of
            the other days' share alone.

    Returns:
        The lines, and the hours a week.
    """
    left = {domain: left_after_help.get(domain, Fraction(1)) for domain in scoring.domains}
    multiplier = Fraction(1) if told_days else day_multiplier
    day_in_words = " over your kinds of day" if told_days else _factor("for good and bad days", multiplier)
    in_words = {domain: _factor("left after help", left[domain]) + day_in_words for domain in left}
    lines, hours = [], []
    for entry in rule.questions:
        question = scoring.questions_by_id[entry.question_id]
        asked = _asked(entry, question.counting, answers.get(entry.question_id, ()))
        if told_days:
            of_days = (
                share * _asked(entry, question.counting, said.get(entry.question_id, ())) for share, said in told_days
            )
            asked = total((asked * day_multiplier, *of_days))
        if not asked:
            continue
        hours.append(asked * left[question.domain])
        working = f"{question.label}: {plain_number(asked)} hours a week{in_words[question.domain]}"
        lines.append(_line(entry, working, (hours[-1], multiplier, card.weeks_per_year), rule, card))
    return tuple(lines), total(hours) * multiplier


def left_after_help(
    scoring: Scoring, informal_help: Mapping[str, str], willing_and_able: bool | None
) -> Mapping[str, Fraction]:
    """Return what is left of each domain's need after help that counts; 1 where none does."""
    if willing_and_able is not True:
        return {}
    return {domain: scoring.help_multipliers[informal_help.get(domain, NO_HELP)] for domain in scoring.domains}


def _asked(entry: HoursOfQuestion, counting: Counting, codes: Sequence[str]) -> Fraction:
    told = [entry.per_week[code] for code in codes if code in entry.per_week]
    return total(told) if counting is Counting.ADD else max(told, default=Fraction(0))


def _line(
    entry: HoursOfQuestion, working: str, a_year: Sequence[Fraction | int], rule: HoursRule, card: RateCard
) -> CostedLine:
    rate = rule.rates[entry.rate]
    text = f"{working} x {card.weeks_per_year} weeks = {plain_number(*a_year)} hours at {rate.told}"
    return CostedLine(f"{entry.question_id}.{entry.rate}", text, card.rounded(*a_year, rate.pence_per_hour))


def _factor(words: str, factor: Fraction) -> str:
    return "" if factor == 1 else f" x {plain_number(factor)} {words}"


def _reasons(rule: HoursRule, scoring: Scoring) -> Iterator[str]:
    questions = {question.question_id: question for question in scoring.questions}
    for entry in rule.questions:
        question = questions.get(entry.question_id)
        if question is None:
            yield f"gives hours to {entry.question_id!r}, which is no question"
        elif set(entry.per_week) != {choice.code for choice in question.choices}:
            yield f"{entry.question_id}: each choice needs its hours"
        if entry.rate not in rule.rates:
            yield f"{entry.question_id}: no rate {entry.rate!r}"
    if {entry.rate for entry in rule.questions} != set(rule.rates):
        yield "a rate for hours belongs to no question"
        return
    for question_id in dict.fromkeys(entry.question_id for entry in rule.questions if entry.question_id in questions):
        yield from _falls(question_id, rule, scoring)


def _falls(question_id: str, rule: HoursRule, scoring: Scoring) -> Iterator[str]:
    question = next(question for question in scoring.questions if question.question_id == question_id)
    entries = [entry for entry in rule.questions if entry.question_id == question_id]
    cost = {
        choice.code: sum(
            (entry.per_week.get(choice.code, Fraction(0)) * rule.rates[entry.rate].pence_per_hour for entry in entries),
            Fraction(0),
        )
        for choice in question.choices
    }
    if question.is_degree and question.counting is not Counting.ADD:
        for before, after in pairwise(cost):
            if cost[after] < cost[before]:
                yield f"{question_id}: the cost of the hours falls at {after!r}: more need would mean less"
