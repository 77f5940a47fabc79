"""A decision as a letter that a person can follow: sentences, sums to the penny, days in words, and no codes."""

import re
from dataclasses import replace
from datetime import date

import pytest

from braid.contracts.uses import Use
from braid.contracts.uses_in_words import USES_IN_WORDS
from services.funding_streams.api.awards import in_words
from services.funding_streams.domain.adapter import Allocation, AllocationOutcome, Case
from services.funding_streams.domain.decision import (
    ADULT_SOCIAL_CARE,
    INDEPENDENT_LIVING_FUND,
    SUPPORTING_PEOPLE,
    Decision,
    FigureUsed,
)
from services.funding_streams.domain.explanation import LINE_LENGTH, explained, figure_in_words
from services.funding_streams.evaluation import evaluate
from services.funding_streams.fact_check import checked
from services.funding_streams.rule_files import rule_files

from .builders import NO_FACT, PILOT, a_case
from .rules_desk import RulesDesk

#: A code, such as council_input or pence_per_week; a source's address is none.
CODE = re.compile(r"(?<![/\w.])[a-z]+(?:_[a-z0-9]+)+(?![/\w.])")
ISO_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
#: A sum as rule files write it; sources may well speak of 25 pence.
PENCE = re.compile(r"\b\d{3,}(/\d+)? pence\b")


def letter(decision: Decision) -> str:
    return explained(decision, in_words())


def part(text: str, title: str) -> str:
    """The part of a letter below a title."""
    return text.split(f"\n{title}\n{'-' * len(title)}\n")[1].split("\n\n", maxsplit=1)[0]


def one_line(text: str) -> str:
    return " ".join(text.split())


def decide(stream: str, on: date = PILOT, **changes: object) -> Decision:
    (decision,) = evaluate(a_case(on, **changes), stream)  # type: ignore[arg-type]
    return decision


def test_an_award_says_who_decided_what_it_comes_to_and_the_persons_share_to_the_penny() -> None:
    text = part(letter(decide(ADULT_SOCIAL_CARE)), "What was decided")

    assert text.splitlines() == [
        "There is an award. Who decided: The council.",
        "It comes to £19,208.28 in all, from 1 June 2007 to 29 May 2008. That is £369.39 a week.",
        "Of this the person pays £2,986.36, £57.43 a week; the stream pays £16,221.92.",
        "It is paid every four weeks, in advance.",
    ]


def test_the_tests_and_sums_come_one_by_one_with_their_figures_and_sources() -> None:
    steps = one_line(part(letter(decide(ADULT_SOCIAL_CARE)), "How this was worked out"))

    assert steps.startswith(
        "1. Met. Aged 40: an adult. - Age from which a person is an adult for social care. Here: 18"
    )
    assert "Here: £13,000.00. Source: SI 2007/725, capital limits (S47)." in steps
    assert "the council meets needs from substantial up" in steps


def test_a_figure_that_was_told_before_is_pointed_at_and_not_told_twice() -> None:
    text = one_line(letter(decide(ADULT_SOCIAL_CARE)))

    meaning = "What can be charged is income less housing costs, disability-related costs and protected income."
    assert text.count(f"{meaning} Source:") == 1
    assert re.search(re.escape(meaning) + r" As in step \d+\.", text)


def test_what_no_source_confirms_is_said_beside_the_figure_and_once_more_for_itself() -> None:
    text = letter(decide(ADULT_SOCIAL_CARE))

    assert "- Age from which a person is an adult for social care." in part(text, "What is not confirmed yet")
    assert "Not confirmed in a source yet." in one_line(part(text, "How this was worked out"))
    assert "Not yet confirmed in a source:" not in text


def test_a_refusal_says_which_tests_were_not_met_and_how_to_challenge_it() -> None:
    text = letter(decide(ADULT_SOCIAL_CARE, facs_band="low"))

    assert part(text, "What was decided").splitlines() == [
        "There is no award.",
        "- Needs in the band low; the council meets needs only from substantial up.",
        "Who decides: The council.",
    ]
    assert "Complain to the council" in part(text, "If you do not agree")


def test_an_open_decision_says_what_is_still_needed_and_what_that_means() -> None:
    text = letter(decide(ADULT_SOCIAL_CARE, household=NO_FACT))

    assert part(text, "What was decided").startswith("Nothing is decided yet.")
    assert part(text, "What is still needed") == "- Who the person lives with as a benefit unit."


def test_an_indicative_award_cannot_be_spent_until_its_decision_maker_confirms_it() -> None:
    fund = decide(INDEPENDENT_LIVING_FUND, supporting_people_meets_pence_per_week=0)
    text = one_line(part(letter(fund), "What was decided"))

    assert "Who decides: Independent Living Fund trustees. Until then it cannot be spent." in text


def test_uses_are_told_by_name_with_their_conditions() -> None:
    text = letter(decide(SUPPORTING_PEOPLE))

    assert part(text, "What the money may be used for").splitlines() == [
        "- Support to keep a home.",
        "- Help at home, such as cleaning and cooking. Occasional, and ancillary to an agreed support plan.",
        "- Help in the garden. Occasional, and ancillary to an agreed support plan.",
    ]


def test_every_use_has_words() -> None:
    assert set(USES_IN_WORDS) == set(Use)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("1300000 pence", "£13,000.00"),
        ("64525/10 pence a week", "£64.525 a week"),
        ("25 percent", "25%"),
        ("2 count", "2"),
        ("18 years", "18 years"),
        ("2011-03-31", "31 March 2011"),
        ("cost_less_council", ""),
        ("31 uses", "31 uses"),
    ],
)
def test_figures_are_written_as_people_write_them(value: str, words: str) -> None:
    assert figure_in_words(FigureUsed("some.figure", value, "A source", unconfirmed=False)) == words


@pytest.mark.parametrize(("value", "words"), [("substantial", "substantial"), ("True", "yes"), ("None", "none")])
def test_a_councils_choice_is_told_in_words(value: str, words: str) -> None:
    assert figure_in_words(FigureUsed("council.some.choice", value, "A source", unconfirmed=False)) == words


EXAMPLES = [(stream, name) for stream, examples in rule_files().examples.items() for name in examples]


@pytest.mark.parametrize(("stream", "name"), EXAMPLES)
def test_no_letter_of_any_stream_has_codes_bare_pence_or_days_in_figures(stream: str, name: str) -> None:
    example = rule_files().examples[stream][name]
    facts, _ = checked(example.model_dump(mode="json")["facts"], example.on)
    pence = example.allocation_pence_per_year
    allocation = None if pence is None else Allocation(pence, AllocationOutcome.CALCULATED)
    figures, council = rule_files().figures, rule_files().council_defaults
    (decision,) = evaluate(Case(facts, example.on, figures, council, allocation), stream)

    text = letter(decision)

    assert CODE.findall(text) == []
    assert ISO_DATE.findall(text) == []
    assert PENCE.findall(text) == []
    assert max(len(line) for line in text.splitlines()) <= LINE_LENGTH


async def test_the_letter_of_a_stored_decision_is_that_of_the_decision(desk: RulesDesk) -> None:
    person = await desk.has_case(1_920_828, on="2007-06-01")

    answer = await desk.send("GET", f"people/{person}/awards/{ADULT_SOCIAL_CARE}/explanation")

    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text == letter(decide(ADULT_SOCIAL_CARE))


async def test_there_is_no_letter_where_nothing_was_decided(desk: RulesDesk) -> None:
    person = await desk.has_case()

    answer = await desk.send("GET", f"people/{person}/awards/free_money/explanation")

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_a_partners_own_reference_is_told() -> None:
    confirmed = replace(decide(ADULT_SOCIAL_CARE), partner_decision="ILF-17")

    assert "The decision-maker's own reference is ILF-17." in letter(confirmed)
