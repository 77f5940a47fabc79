"""One question's form: what an answer fills in is read back as that answer, and what cannot be read is told."""

from collections import defaultdict
from dataclasses import asdict
from typing import Any

import pytest

from gateway.console.question_form import NOT_SURE, answer_in_words, answer_read, filled_in, may_be_not_sure
from tests.gateway.assessments import questions

EVERY = [asdict(question) for question in questions().questions.values()]


def question(question_id: str) -> dict[str, Any]:
    return next(each for each in EVERY if each["question_id"] == question_id)


def possible_answers(asked: dict[str, Any]) -> list[Any]:
    codes = [choice["code"] for choice in asked["choices"]]
    most = asked["most"]
    answers: dict[str, list[Any]] = {
        "choice": list(codes),
        "yes_no": [True, False],
        "several_choices": [[code] for code in codes]
        + [[choice["code"] for choice in asked["choices"] if not choice["alone"]]],
        "date": ["1950-03-27", "2009-12-01"],
        "pence": [0, 5, 2450, most],
        "pence_per_week": [0, 99, 12_000, most],
        "count": [0, 1, most],
        "incomes": [[], [{"code": code, "pence_per_week": 1_05 + n} for n, code in enumerate(codes)]],
    }
    return answers[asked["kind"]] + ([NOT_SURE] if may_be_not_sure(asked) else [])


@pytest.mark.parametrize("asked", EVERY, ids=lambda asked: asked["question_id"])
def test_what_an_answer_fills_in_is_read_back_as_that_answer(asked: dict[str, Any]) -> None:
    for answer in possible_answers(asked):
        read = answer_read(asked, filled_in(asked, answer, None))
        assert (read.answer, read.faults) == (answer, ()), answer
        assert answer_in_words(asked, answer)


@pytest.mark.parametrize("asked", EVERY, ids=lambda asked: asked["question_id"])
def test_an_empty_form_gives_no_answer(asked: dict[str, Any]) -> None:
    read = answer_read(asked, filled_in(asked, None, None))

    assert (read.answer, read.faults) == (None, ())


@pytest.mark.parametrize(
    ("question_id", "fields", "field", "told"),
    [
        ("date_of_birth", {"answer-day": "31", "answer-month": "2", "answer-year": "1950"}, "answer-day", "real date"),
        ("date_of_birth", {"answer-day": "3"}, "answer-month", "must have a month and year"),
        ("date_of_birth", {"answer-day": "x", "answer-month": "2", "answer-year": "1950"}, "answer-day", "real date"),
        ("date_of_birth", {"answer-day": "1", "answer-not_sure": "yes"}, "answer-day", "not both"),
        ("good_days", {"answer": "8"}, "answer", "7 or less"),
        ("good_days", {"answer": "2.5"}, "answer", "whole number"),
        ("good_days", {"answer": "-1"}, "answer", "whole number"),
        ("work_equipment", {"answer": "about forty"}, "answer", "in pounds"),
        ("work_equipment", {"answer": "1.005"}, "answer", "in pounds"),
        ("work_equipment", {"answer": "NaN"}, "answer", "in pounds"),
        ("risks", {"answer-none_of_these": "yes", "answer-get_lost": "yes"}, "answer", "by itself"),
        ("risks", {"answer-get_lost": "yes", "answer-not_sure": "yes"}, "answer", "not both"),
        ("partner_incomes", {"answer-income_support": "x"}, "answer-income_support", "for income support"),
        ("partner_incomes", {"answer-income_support": "5", "answer-none": "yes"}, "answer-none", "not both"),
        ("nights", {"own_words": "x" * 4001}, "own_words", "4,000 characters"),
    ],
)
def test_what_cannot_be_read_is_told_beside_its_field(
    question_id: str, fields: dict[str, str], field: str, told: str
) -> None:
    read = answer_read(question(question_id), defaultdict(str, fields))

    assert read.answer is None
    assert [fault.field for fault in read.faults] == [field]
    assert told in read.faults[0].text


def test_a_choice_that_there_is_not_is_no_answer() -> None:
    assert answer_read(question("nights"), defaultdict(str, {"answer": "whatever"})).answer is None
    assert answer_read(question("good_days"), defaultdict(str, {"answer-not_sure": "yes"})).answer is None
