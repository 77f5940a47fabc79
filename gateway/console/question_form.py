"""One question's form: from an answer to what is filled in, and back, with what stands against it beside its field."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from gateway.console import wording
from gateway.console.forms import Fault, Given, decimal_of, pence_of

Told = Mapping[str, Any]
NOT_SURE = "not_sure"
OWN_WORDS_MOST = 4000
#: Ways of asking in which the answer of somebody who does not know is a tick of its own.
_TICKS = frozenset({"several_choices", "date", "pence", "pence_per_week", "count", "incomes"})
#: What a number is added up with, so that "not sure" is no answer.
_ADDED_UP = frozenset({"day_profile", "specialist_support"})
_NOT_SURE_FIELD = f"answer-{NOT_SURE}"
_NONE_FIELD = "answer-none"


@dataclass(frozen=True)
class Read:
    """What a form says.

    Args:
        answer: as the assessment service takes it; None where nothing was filled in.
        faults: what cannot be read.
    """

    answer: Any = None
    faults: tuple[Fault, ...] = ()


def may_be_not_sure(question: Told) -> bool:
    """Whether somebody may say that they are not sure."""
    return question["asks"] not in _ADDED_UP


def filled_in(question: Told, answer: Any, own_words: str | None) -> Given:
    """An answer as the fields of its question's form."""
    given: Given = defaultdict(str, own_words=own_words or "")
    if answer is None:
        return given
    if answer == NOT_SURE:
        given[_NOT_SURE_FIELD if question["kind"] in _TICKS else "answer"] = (
            "yes" if question["kind"] in _TICKS else NOT_SURE
        )
        return given
    given.update(_FIELDS[question["kind"]](answer))
    return given


def answer_read(question: Told, given: Given) -> Read:
    """The answer that a form gives, or what stands against it."""
    if len(given["own_words"]) > OWN_WORDS_MOST:
        return Read(faults=(Fault("own_words", f"Your own words must be {OWN_WORDS_MOST:,} characters or fewer"),))
    read = _READERS[question["kind"]](question, given)
    if given[_NOT_SURE_FIELD] != "yes" or not may_be_not_sure(question):
        return read
    if read.answer is not None or read.faults:
        return Read(faults=(Fault(_field_of(question), "Give an answer, or say that you are not sure, not both"),))
    return Read(NOT_SURE)


def nothing_given(question: Told) -> Fault:
    """What stands against a form on which a question that must be answered is not."""
    told = {
        "choice": "Select an answer",
        "yes_no": "Select yes, no, or that you are not sure",
        "several_choices": "Select at least one answer",
        "date": "Enter a date, or say that you are not sure",
        "pence": "Enter an amount, or say that you are not sure",
        "pence_per_week": "Enter an amount, or say that you are not sure",
        "count": "Enter a number, or say that you are not sure",
        "incomes": "Enter an income, or say that there is none",
    }[question["kind"]]
    return Fault(_field_of(question), told)


def _field_of(question: Told) -> str:
    """Where a fault of the whole answer is mended: the first field."""
    first: Mapping[str, Callable[[], str]] = {
        "date": lambda: "answer-day",
        "incomes": lambda: f"answer-{question['choices'][0]['code']}",
    }
    return first.get(question["kind"], lambda: "answer")()


def answer_in_words(question: Told, answer: Any) -> str:
    """An answer as people read it; empty where there is none."""
    if answer is None:
        return ""
    if answer == NOT_SURE:
        return "Not sure"
    return _IN_WORDS[question["kind"]](question, answer)


def _choice_read(question: Told, given: Given) -> Read:
    told = given["answer"]
    codes = {choice["code"] for choice in question["choices"]} | ({NOT_SURE} if may_be_not_sure(question) else set())
    return Read(told if told in codes else None)


def _yes_no_read(_: Told, given: Given) -> Read:
    answers: Mapping[str, Any] = {"yes": True, "no": False, NOT_SURE: NOT_SURE}
    return Read(answers.get(given["answer"]))


def _several_read(question: Told, given: Given) -> Read:
    chosen = [choice for choice in question["choices"] if given[f"answer-{choice['code']}"] == "yes"]
    alone = next((choice["text"] for choice in chosen if choice["alone"]), None)
    if alone and len(chosen) > 1:
        return Read(faults=(Fault("answer", f"Select “{alone}” by itself, or leave it out"),))
    return Read([choice["code"] for choice in chosen] or None)


def _date_read(_: Told, given: Given) -> Read:
    parts = [given[f"answer-{part}"] for part in ("day", "month", "year")]
    if not any(parts):
        return Read()
    missing = [part for part, told in zip(("day", "month", "year"), parts, strict=True) if not told]
    if missing:
        return Read(faults=(Fault(f"answer-{missing[0]}", f"The date must have a {wording.listed(missing)}"),))
    try:
        on = date(int(parts[2]), int(parts[1]), int(parts[0]))
    except ValueError:
        return Read(faults=(Fault("answer-day", "Enter a real date, such as 27 3 1950"),))
    return Read(on.isoformat())


def _pence_read(question: Told, given: Given) -> Read:
    return _amount(question, given["answer"], "answer")


def _amount(question: Told, told: str, field: str, of: str = "") -> Read:
    if not told:
        return Read()
    pence = pence_of(told)
    about = f" for {of}" if of else ""
    if pence is None:
        return Read(faults=(Fault(field, f"Enter an amount{about} in pounds, such as 24.50"),))
    if pence > question["most"]:
        return Read(faults=(Fault(field, f"Enter an amount{about} of {wording.pounds(question['most'])} or less"),))
    return Read(pence)


def _count_read(question: Told, given: Given) -> Read:
    told = given["answer"]
    if not told:
        return Read()
    number = decimal_of(told)
    if number is None or number < 0 or number % 1:
        return Read(faults=(Fault("answer", "Enter a whole number, such as 3"),))
    if number > question["most"]:
        return Read(faults=(Fault("answer", f"Enter a number of {question['most']:,} or less"),))
    return Read(int(number))


def _incomes_read(question: Told, given: Given) -> Read:
    lines: list[Told] = []
    faults: list[Fault] = []
    for choice in question["choices"]:
        field = f"answer-{choice['code']}"
        read = _amount(question, given[field], field, wording.inside(choice["text"]))
        faults += read.faults
        if read.answer is not None:
            lines.append({"code": choice["code"], "pence_per_week": read.answer})
    if given[_NONE_FIELD] == "yes":
        if lines or faults:
            return Read(faults=(Fault(_NONE_FIELD, "Enter incomes, or say that there is none, not both"),))
        return Read([])
    return Read(lines or None, tuple(faults))


def _pounds_filled(pence: int) -> str:
    return f"{pence // 100}.{pence % 100:02d}"


def _date_filled(told: str) -> Mapping[str, str]:
    on = date.fromisoformat(told)
    return {"answer-day": str(on.day), "answer-month": str(on.month), "answer-year": str(on.year)}


def _incomes_filled(lines: list[Told]) -> Mapping[str, str]:
    if not lines:
        return {_NONE_FIELD: "yes"}
    return {f"answer-{line['code']}": _pounds_filled(line["pence_per_week"]) for line in lines}


def _incomes_in_words(question: Told, lines: list[Told]) -> str:
    names = {choice["code"]: choice["text"] for choice in question["choices"]}
    told = (f"{names[line['code']]}: {wording.pounds(line['pence_per_week'])} a week" for line in lines)
    return "; ".join(told) or "None"


def _texts(question: Told, codes: list[str]) -> str:
    return "; ".join(choice["text"].rstrip(".") for choice in question["choices"] if choice["code"] in codes)


_FIELDS: Mapping[str, Callable[[Any], Mapping[str, str]]] = {
    "choice": lambda code: {"answer": code},
    "yes_no": lambda told: {"answer": "yes" if told else "no"},
    "several_choices": lambda codes: {f"answer-{code}": "yes" for code in codes},
    "date": _date_filled,
    "pence": lambda pence: {"answer": _pounds_filled(pence)},
    "pence_per_week": lambda pence: {"answer": _pounds_filled(pence)},
    "count": lambda number: {"answer": str(number)},
    "incomes": _incomes_filled,
}
_READERS: Mapping[str, Callable[[Told, Given], Read]] = {
    "choice": _choice_read,
    "yes_no": _yes_no_read,
    "several_choices": _several_read,
    "date": _date_read,
    "pence": _pence_read,
    "pence_per_week": _pence_read,
    "count": _count_read,
    "incomes": _incomes_read,
}
_IN_WORDS: Mapping[str, Callable[[Told, Any], str]] = {
    "choice": lambda question, code: _texts(question, [code]),
    "yes_no": lambda _, told: "Yes" if told else "No",
    "several_choices": _texts,
    "date": lambda _, told: wording.day(told),
    "pence": lambda _, pence: wording.pounds(pence),
    "pence_per_week": lambda _, pence: f"{wording.pounds(pence)} a week",
    "count": lambda _, number: f"{number:,}",
    "incomes": _incomes_in_words,
}
