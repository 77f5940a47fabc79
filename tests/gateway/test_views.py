"""What pages say: money, dates and codes in plain words, and sums that add up."""

from datetime import date
from typing import Any

import pytest

from braid.contracts.allocation import SettledBy, SettlementGrounds
from braid.contracts.award import AwardStatus, Cadence, MoneyKind, TermKind
from braid.contracts.codes import UserGroup
from braid.contracts.uses import Use
from braid.kit.identity import Role
from gateway.composed import PARTS
from gateway.console import wording
from gateway.console.journal_view import journals, proof_view
from gateway.console.person_view import person_view
from services.assessment.domain.authority import AuthorityKind, Decision
from services.ledger.domain.chart_of_accounts import Account
from services.ras.domain.packages import Unit
from services.support_planning.domain.stages import Milestone, Stage
from tests.gateway.whole import award, entry, leg, line, step, term, whole


@pytest.mark.parametrize(
    ("pence", "told"), [(0, "£0.00"), (5, "£0.05"), (123_456_789, "£1,234,567.89"), (-150, "-£1.50")]
)
def test_money_is_pounds_with_commas(pence: int, told: str) -> None:
    assert wording.pounds(pence) == told


@pytest.mark.parametrize(("value", "told"), [("2026-11-22", "22 November 2026"), (date(2009, 6, 1), "1 June 2009")])
def test_dates_are_written_out(value: str | date, told: str) -> None:
    assert wording.day(value) == told


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("2026-07-01T16:30:00Z", "1 July 2026, 5:30pm BST"),
        ("2026-06-30T23:05:00Z", "1 July 2026, 12:05am BST"),
        ("2026-12-01T12:00:00Z", "1 December 2026, 12:00pm GMT"),
    ],
)
def test_times_are_those_of_the_clock_on_the_wall(value: str, told: str) -> None:
    assert wording.moment(value) == told


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (wording.USES, Use),
        (wording.STATUSES, AwardStatus),
        (wording.SETTLED_BY, SettledBy),
        (wording.GROUNDS, SettlementGrounds),
        (wording.UNITS, Unit),
        (wording.CADENCES, Cadence),
        (wording.MONEY, MoneyKind),
        (wording.TERMS, TermKind),
        (wording.USER_GROUPS, UserGroup),
        (wording.ROLES, Role),
        (wording.AUTHORITIES, AuthorityKind),
        (wording.ACTED_ON, Decision),
        (wording.STAGES, Stage),
        (wording.MILESTONES, Milestone),
        (wording.ACCOUNTS, Account),
        (wording.COUNCIL_ACCOUNTS, Account),
        (wording.PARTS, PARTS),
    ],
)
def test_every_code_has_its_words(table: Any, codes: Any) -> None:
    assert list(table) == [str(code) for code in codes] or set(table) == {str(code) for code in codes}


def test_milestones_are_in_the_order_of_the_journey() -> None:
    assert list(wording.MILESTONES) == [str(milestone) for milestone in Milestone]


def test_a_code_from_tomorrow_is_shown_in_words() -> None:
    assert wording.named(wording.STREAMS, "personal_health_budget") == "Personal health budget"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("1400000 pence", "£14,000.00"),
        ("32000 pence a week", "£320.00 a week"),
        ("25 percent", "25%"),
        ("2011-03-31", "31 March 2011"),
        ("cost_of_support", "cost of support"),
        ("18 years", "18 years"),
        ("False", "no"),
    ],
)
def test_figures_are_told_as_people_write_them(value: str, told: str) -> None:
    assert wording.figure_value(value) == told


def test_codes_are_taken_out_of_a_services_sentence() -> None:
    text = "Applies on 2009-06-01. Not yet confirmed in a source: adult_social_care.cadence, council.x."

    assert wording.told(text) == "Applies on 1 June 2009."


def test_parts_are_in_the_order_of_decision_with_letters_that_join_bar_and_table() -> None:
    view = person_view(whole(award("supporting_people", 2500), award("adult_social_care", 7500)))

    assert [(part.letter, part.code) for part in view.parts] == [("A", "supporting_people"), ("B", "adult_social_care")]


def test_the_bar_shows_each_part_in_proportion() -> None:
    view = person_view(whole(award("supporting_people", 2500), award("adult_social_care", 7500)))

    assert [(part.left_percent, part.width_percent) for part in view.parts] == [
        ("0.000", "25.000"),
        ("25.000", "75.000"),
    ]


def test_the_bar_is_told_in_one_line() -> None:
    told = whole(award("adult_social_care", 7500), award("independent_living_fund", 2500, status="indicative"))
    view = person_view(told)

    assert view.whole is not None
    assert view.whole.summary == (
        "£100.00 in all: Adult social care £75.00 (confirmed) and Independent Living Fund £25.00 (indicative)."
    )


def test_streams_without_money_are_told_apart() -> None:
    refused = award("supporting_people", 0, status="not_eligible", trace=[step("No need.", "failed")])
    view = person_view(whole(award("adult_social_care", 7500), refused))

    assert [part.code for part in view.without_award] == ["supporting_people"]
    assert [part.code for part in view.parts] == ["adult_social_care"]


def test_a_missing_fact_is_told_by_its_meaning() -> None:
    waiting = award("supporting_people", 0, status="undecided", missing_facts=["uk_resident"])

    assert person_view(whole(waiting)).without_award[0].missing == ("Resident in the United Kingdom",)


def test_uses_are_gathered_under_their_conditions_with_the_free_ones_first() -> None:
    uses = [
        {"use": "domestic.garden", "condition": "In the plan."},
        {"use": "care.personal", "condition": None},
        {"use": "leisure.activity", "condition": "In the plan."},
    ]
    part = person_view(whole(award("adult_social_care", 7500, permitted_uses=uses))).parts[0]

    assert [(group.condition, group.uses) for group in part.uses] == [
        ("", ("Personal care",)),
        ("In the plan", ("Help in the garden", "Leisure")),
    ]


def test_an_unconfirmed_figure_is_marked() -> None:
    told = award("adult_social_care", 7500, trace=[step("Aged 40.", unconfirmed=True)])
    steps = person_view(whole(told)).parts[0].steps

    assert steps is not None
    assert (steps[0].figures[0].meaning, steps[0].figures[0].unconfirmed) == ("From which age the stream is open", True)


def test_what_a_decision_rests_on_unconfirmed_is_told_by_its_meaning() -> None:
    told = award(
        "adult_social_care",
        7500,
        trace=[step("Aged 40.", unconfirmed=True)],
        unconfirmed=["x.age_least_years", "adult_social_care.night_rate"],
    )

    assert person_view(whole(told)).parts[0].doubtful == ("From which age the stream is open", "Night rate")


def test_things_given_in_kind_are_beside_the_money_and_not_in_it() -> None:
    view = person_view(whole(award("adult_social_care", 7500), award("community_equipment", 900, cadence="in_kind")))

    assert view.whole is not None
    assert view.whole.total_pence == 7500
    assert [part.code for part in view.parts] == ["adult_social_care"]
    assert [(part.code, part.amount_pence) for part in view.things] == [("community_equipment", 900)]
    assert view.parts[0].width_percent == "100.000"


def test_a_line_tells_how_it_is_paid() -> None:
    told = award("adult_social_care", 7500, lines=[line("Taxis", "reimbursable", 7500, 7500)])

    (only,) = person_view(whole(told)).parts[0].lines
    assert (only.text, only.paid, only.pence) == ("Taxis", "paid back on receipts", 7500)


def test_how_to_challenge_stands_apart_from_the_other_terms_which_are_in_one_order() -> None:
    terms = [
        term("challenge", "Ask for a review."),
        term("repayment", "Pay back what is left."),
        term("review", "Looked at again.", due_on="2010-06-01"),
        term("payment", "Paid to you."),
    ]
    part = person_view(whole(award("adult_social_care", 7500, terms=terms))).parts[0]

    assert [told.text for told in part.challenge] == ["Ask for a review."]
    assert [kind.title for kind in part.terms] == [
        "How it is paid",
        "When it is looked at again",
        "When money must be paid back",
    ]
    assert part.terms[1].terms[0].due_on == "2010-06-01"


def test_a_stream_is_called_what_its_decision_calls_it() -> None:
    told = award("personal_health_budget", 100, stream_label="NHS personal health budget")

    assert person_view(whole(told)).parts[0].stream == "NHS personal health budget"


def test_the_sums_are_shown_when_the_reasons_are_away() -> None:
    view = person_view(whole(award("adult_social_care", 7500), awards=None, unavailable=["awards"]))

    assert [(part.amount_pence, part.steps) for part in view.parts] == [(7500, None)]
    assert view.unavailable == ("what each stream decided and why",)


def test_the_reasons_are_shown_when_the_sums_are_away() -> None:
    view = person_view(whole(award("adult_social_care", 7500), budget=None, entries=None, unavailable=["budget"]))

    assert view.whole is None
    assert [part.stream for part in view.parts] == ["Adult social care"]


def test_what_has_not_happened_yet_comes_after_what_has() -> None:
    view = person_view(whole())

    assert [milestone.reached_at is not None for milestone in view.milestones] == [True] + [False] * (
        len(Milestone) - 1
    )


def test_journals_are_balanced_stream_by_stream() -> None:
    both = entry(
        1,
        leg("supporting_people", "funder.receivable", 130),
        leg("supporting_people", "fund.awarded", -130),
        leg("adult_social_care", "funder.receivable", 70),
        leg("adult_social_care", "person.contribution_receivable", 30),
        leg("adult_social_care", "fund.awarded", -100),
    )
    told = journals([both], {"supporting_people": "Supporting People"})

    assert [(journal.stream, journal.debit_pence, journal.credit_pence) for journal in told] == [
        ("Adult social care", 100, 100),
        ("Supporting People", 130, 130),
    ]
    assert all(journal.balances for journal in told)


def test_a_reversal_names_the_entry_that_it_takes_back() -> None:
    taken_back = entry(2, leg("supporting_people", "fund.awarded", 5), reverses=1, reason="Decided again")

    assert journals([taken_back], {})[0].entries[0].reason == "Takes back entry 1: Decided again"


def test_a_proof_that_fails_is_told_with_its_place() -> None:
    view = proof_view(
        {
            "holds": False,
            "entries": 3,
            "broken_at": 2,
            "difference": "the link differs",
            "debits_less_credits_pence": {"adult_social_care": 1},
            "trial_balance": [{"stream": "adult_social_care", "account": "fund.awarded", "balance_pence": 1}],
        }
    )

    assert (view.holds, view.balances, view.broken_at, view.difference) == (False, False, 2, "the link differs")
