"""The plain words that go with an allocation: what it is, why a person must look, what was counted and what was not."""

from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction

from services.ras.domain.costed_lines import CostedLine, SupportNeed
from services.ras.domain.good_and_bad_days import BAD, DayProfile, WeighedDays
from services.ras.domain.points import NO_HELP, Score
from services.ras.domain.sums import WEEKS_PER_YEAR, plain_number, pounds, rounded_half_up

STARTING_POINT = (
    "This is a starting point for planning, not a decision. The final sum may be higher or lower, whoever sets it"
    " must say why, and you can ask for it to be looked at again."
)
SPECIALIST_SUPPORT = (
    "You need specialist support that the points were not made for. It is costed line by line and added."
)
WEEKLY_SUMS = f"Sums that were set by the week are made yearly with {WEEKS_PER_YEAR} weeks."


def unanswered(questions: Sequence[str]) -> str:
    return (
        f"A person must look: there is no answer about {', '.join(questions)}, and that does not mean that there is no"
        " need."
    )


def beyond_the_table(points: Fraction, points_max: Fraction, has_days: bool) -> str:
    if points <= points_max and has_days:
        return (
            f"A person must look: on some days your points are outside the table, which ends at"
            f" {plain_number(points_max)}. That is no limit on what you can have; your needs are costed one by one."
        )
    if points <= points_max:
        return (
            f"A person must look: the table has no row for {plain_number(points)} points. That does not mean that you"
            " are not eligible; your needs are costed one by one."
        )
    return (
        f"A person must look: {plain_number(points)} points are above the {plain_number(points_max)} points that the"
        " table was made for. That is no limit on what you can have; it means that your needs are costed one by one."
    )


def no_money() -> str:
    return (
        "A person must look: the answers come to no money in the table. That does not mean that you are not"
        " eligible; points never decide that."
    )


def no_price(need: SupportNeed) -> str:
    return f"A person must look: the rate card has no price for {need.text}."


def above_soft_limit(pence_per_year: int, limit_pence_per_year: int, text: str) -> str:
    return (
        f"A person must look: {pounds(pence_per_year)} a year is above {pounds(limit_pence_per_year)} ({text}). The"
        " figure stands; it is not cut to that."
    )


def already_priced(line: CostedLine) -> str:
    return f"Already priced for that person: {line.text} = {pounds(line.pence_per_year)} a year."


def about_help(scored: Score, willing_and_able: bool | None) -> str:
    if all(domain.help_given == NO_HELP for domain in scored.domains):
        return "No help from family and friends was counted: the assessment names none."
    if willing_and_able is True:
        return (
            "Help from family and friends was counted, because those who give it said that they are willing and able to"
            f" go on: it takes the points from {plain_number(scored.gross)} to {plain_number(scored.net)}. If that"
            " changes, the figure changes."
        )
    why = "are not" if willing_and_able is False else "have not been asked whether they are"
    return (
        "Help from family and friends was not counted and takes nothing off, because those who give it"
        f" {why} willing and able to go on."
    )


def about_days(
    profiles: Sequence[DayProfile], weighed: WeighedDays | None, told: Collection[str], has_rule: bool
) -> Iterator[str]:
    bad = sum(day.days_per_week for day in profiles if day.kind == BAD)
    if weighed is not None:
        kinds = ", ".join(
            f"{pounds(rounded_half_up(day.exact_pence_per_year))} a year if all were {_KINDS[day.kind]} days"
            f" ({day.days_per_week} a week)"
            for day in weighed.figures
        )
        yield f"Your kinds of day were each given a sum, and the sums weighed by how often they come: {kinds}."
        if told:
            days = " and ".join(f"a {_KINDS[kind]} day" for kind in told)
            yield f"What you told us about {days} was scored as you told it."
    elif bad and not has_rule:
        yield (
            f"You told us of {bad} bad {'day' if bad == 1 else 'days'} a week. The points are those of your usual week"
            " and do not price bad days apart, so ask whether the sum is enough for them before you agree to it."
        )


_KINDS = {"good": "good", "other": "usual", "bad": "bad"}


def held_back(share: Fraction) -> str:
    return (
        f"The sums of the table are what is left after {plain_number(share * 100)}% was held back for what tables miss."
    )
