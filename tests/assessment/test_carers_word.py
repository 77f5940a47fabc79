"""Carers' word: who is counted on for what, and when a carer has eligible needs of their own."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.domain.carers import (
    CARER_OUTCOMES,
    CarerNeeds,
    CarerOutcome,
    DomainHelp,
    Help,
    Said,
    SaidBy,
    Statement,
    carers_word,
    decide_carer,
)

YES, NO, NOT_SURE = Said.YES, Said.NO, Said.NOT_SURE
HELP = st.builds(DomainHelp, st.sampled_from(Help), st.sampled_from(Said), st.sampled_from(Said))
STATEMENTS = st.lists(
    st.builds(
        Statement,
        st.sampled_from(["one", "two"]),
        st.sampled_from(SaidBy),
        st.dictionaries(st.sampled_from(["community", "nights"]), HELP),
    ),
    max_size=4,
)
TOLD = st.dictionaries(st.sampled_from(["community", "nights"]), st.sampled_from([each.value for each in Help]))


def one(
    said_by: SaidBy, help_: Help = Help.MOST, willing: Said = YES, able: Said = YES, carer: str = "one"
) -> Statement:
    return Statement(carer, said_by, {"community": DomainHelp(help_, willing, able)})


def test_what_the_person_says_of_a_carer_is_unconfirmed() -> None:
    word = carers_word([one(SaidBy.PERSON), one(SaidBy.PRACTITIONER)], {"community": "most"})

    assert (word.help_by_domain, word.willing_and_able, word.unconfirmed) == (None, None, ("one",))


@pytest.mark.parametrize(("willing", "able"), [(YES, NO), (NO, YES), (YES, NOT_SURE), (NOT_SURE, YES)])
def test_a_carer_who_is_not_both_willing_and_able_is_not_counted_on(willing: Said, able: Said) -> None:
    word = carers_word([one(SaidBy.CARER, willing=willing, able=able)], {"community": "most"})

    assert (word.help_by_domain, word.willing_and_able) == ({"community": "none"}, False)


def test_a_carer_may_go_on_in_one_domain_and_not_in_another() -> None:
    domains = {"community": DomainHelp(Help.SOME, YES, YES), "nights": DomainHelp(Help.ALL, NO, YES)}

    word = carers_word([Statement("one", SaidBy.CARER, domains)], {"community": "most", "nights": "all"})

    assert (word.help_by_domain, word.willing_and_able) == ({"community": "some", "nights": "none"}, True)


@given(STATEMENTS, TOLD)
def test_nobody_is_counted_on_for_more_than_they_or_the_person_say(
    statements: list[Statement], told_by_person: dict[str, str]
) -> None:
    word = carers_word(statements, told_by_person)

    order = [each.value for each in Help]
    own = [each for each in statements if each.said_by is SaidBy.CARER]
    assert (word.help_by_domain is None) is (not own)
    for domain, counted in (word.help_by_domain or {}).items():
        said = [each.domains[domain] for each in own if domain in each.domains]
        assert order.index(counted) <= order.index(told_by_person[domain])
        assert order.index(counted) <= max(
            (order.index(each.help) for each in said if each.can_be_counted_on), default=0
        )


def needs(**told_: Any) -> CarerNeeds:
    usual = {
        "necessary_care": True,
        "health_at_risk": False,
        "outcomes_not_achieved": frozenset({"recreation"}),
        "significant_impact": True,
        "willing": NO,
        "able": YES,
    }
    return CarerNeeds(**{**usual, **told_})


@pytest.mark.parametrize(
    ("told_", "outcome"),
    [
        ({}, CarerOutcome.ELIGIBLE),
        ({"outcomes_not_achieved": frozenset(), "health_at_risk": True}, CarerOutcome.ELIGIBLE),
        ({"outcomes_not_achieved": frozenset()}, CarerOutcome.NOT_ELIGIBLE),
        ({"necessary_care": False}, CarerOutcome.NOT_ELIGIBLE),
        ({"significant_impact": False}, CarerOutcome.NOT_ELIGIBLE),
        ({"willing": YES, "able": NO}, CarerOutcome.ELIGIBLE),
    ],
)
def test_a_carers_own_needs_are_decided_by_the_regulations_and_not_by_willingness(
    told_: dict[str, Any], outcome: CarerOutcome
) -> None:
    decision = decide_carer(needs(**told_))

    assert decision.outcome is outcome
    assert len(decision.reasons) == 4


def test_the_regulations_name_eight_outcomes() -> None:
    assert len(CARER_OUTCOMES) == 8
