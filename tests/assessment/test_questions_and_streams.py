"""The newest questionnaire and the streams' own rules, held together: what a stream needs is asked once, and for it."""

from collections import Counter
from datetime import date
from functools import cache

import pytest

from braid.contracts.facts import Fact, FactKind
from services.assessment.domain.questionnaire import RAS, Aspect, Kind, Question, Questionnaire
from services.assessment.questionnaire_files import latest_released_version, released_questionnaire
from services.funding_streams.discovery import adapters
from services.funding_streams.domain.adapter import StreamAdapter
from services.funding_streams.rule_files import rule_files

#: Around every day on which a stream's law changes, and between.
DAYS = [date(year, month, 15) for year in range(2005, 2028) for month in range(1, 13)]
STREAMS = pytest.mark.parametrize("adapter", adapters(), ids=lambda adapter: adapter.stream)


@cache
def newest() -> Questionnaire:
    return released_questionnaire("example-council", latest_released_version("example-council"))


@cache
def by_fact() -> dict[str, Question]:
    return {question.about: question for question in newest().asking(Aspect.FACT)}


@cache
def needed_by(adapter: StreamAdapter) -> frozenset[str]:
    """Every fact that a person or practitioner is asked for the stream; a partner tells the rest."""
    return frozenset(name for on in DAYS for name in adapter.needs(on)) - set(never_asked_for())


def never_asked_for() -> dict[str, str]:
    """Facts that no question asks for, each with the reason."""
    counted = "the practitioner tells the band itself; a council whose assessment counts may ask instead"
    return {
        "charge_limit_pence_per_week": "the council's limit is a setting of the council, not a fact about a person",
        "failing_routines": counted,
        "failing_roles": counted,
        **dict.fromkeys(getattr(rule_files(), "told_by_partners", ()), "a partner agency tells it with its decision"),
    }


def answered_like(fact: Fact) -> Kind:
    return Kind.CHOICE if fact.kind is FactKind.CODE else Kind(fact.kind.value)


@STREAMS
def test_every_fact_that_a_stream_may_need_is_asked_for_it(adapter: StreamAdapter) -> None:
    """Alignment is true only if the questions say of each stream what its rules say themselves."""
    asked_for_it = {name for name, question in by_fact().items() if adapter.stream in question.serves}

    assert needed_by(adapter) - asked_for_it == set()


@STREAMS
def test_no_question_is_asked_for_a_stream_that_never_reads_the_answer(adapter: StreamAdapter) -> None:
    asked_for_it = {name for name, question in by_fact().items() if adapter.stream in question.serves}

    assert asked_for_it - needed_by(adapter) == set()


def test_nothing_is_asked_twice() -> None:
    asked = Counter(question.about for question in newest().asking(Aspect.FACT))

    assert [name for name, times in asked.items() if times > 1] == []


@pytest.mark.parametrize("name", sorted(rule_files().facts))
def test_a_question_is_answered_as_its_fact_is_written(name: str) -> None:
    if name in never_asked_for():
        assert name not in by_fact()
        return
    fact, question = rule_files().facts[name], by_fact()[name]

    assert question.kind is answered_like(fact)
    assert {choice.code for choice in question.choices} == set(fact.codes)
    if fact.kind is FactKind.COUNT:
        assert question.most == fact.count_max


def test_every_question_for_a_fact_has_a_fact_that_some_stream_or_the_catalogue_declares() -> None:
    assert set(by_fact()) - set(rule_files().facts) == set()


def test_everybody_whom_a_question_serves_is_there() -> None:
    assert set(newest().serves) <= {RAS, *(adapter.stream for adapter in adapters())}
