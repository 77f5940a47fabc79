"""What happened in an assessment, as a timeline in the words of the questions: both sides, and every step."""

from collections.abc import Mapping
from typing import Any

from gateway.console import wording
from gateway.console.assessment_view import source_in_words
from gateway.console.question_form import answer_in_words
from gateway.console.timeline_view import Event

Told = Mapping[str, Any]
#: Who answered, by the role they answered in.
_ANSWERED: Mapping[str, str] = {
    "person": "the person",
    "proxy": "somebody who decides for the person",
    "advocate": "an advocate",
    "helper": "a helper",
    "practitioner": "the practitioner",
}
_PRACTITIONER = "the practitioner"
_STEPS: Mapping[str, str] = {
    "begun": "The assessment was begun",
    "submitted": "The answers were handed in",
    "agreed": "The assessment was agreed",
    "withdrawn": "The person withdrew",
    "asked": "Some questions were asked again in other words",
}


def answer_history(told: Told, questions: Mapping[str, Told]) -> tuple[Event, ...]:
    """Everything that happened, in the order in which it is told.

    Args:
        told: as the assessment service tells it.
        questions: of the questionnaire, by their ids.
    """
    return tuple(_event(each, questions.get(each["question_id"] or "")) for each in told["happened"])


def _event(one: Told, question: Told | None) -> Event:
    if one["kind"] == "step":
        step = one["what"].partition(" ")[0]
        return Event("step", one["at"], wording.named(_STEPS, step))
    label = question["label"] if question else wording.named({}, one["question_id"])
    if one["kind"] == "settlement":
        whose = "The person’s answer counts" if one["counts"] == "person" else "The practitioner’s answer counts"
        return Event("settlement", one["at"], f"{label}: {wording.inside(whose)}", about=_sentence(one["reason"]))
    answer = (answer_in_words(question, one["answer"]) if question else "") or "no answer"
    if one["kind"] == "dispute":
        text = f"{label}: the practitioner sees it otherwise: {answer}"
        return Event("dispute", one["at"], text, _PRACTITIONER, _sentence(one["reason"]))
    source = f"Filled in from {source_in_words(one['source'])}." if one["source"] else ""
    said = f"Said on {wording.day(one['given_on'])}, written down later." if one["given_on"] else ""
    words = f"In their own words: “{one['own_words']}”" if one["own_words"] else ""
    by, about = _ANSWERED.get(one["given_as"], one["given_as"]), " ".join(filter(None, (source, said, words)))
    return Event("answer", one["at"], f"{label}: {answer}", by, about)


def _sentence(reason: str | None) -> str:
    return wording.whole_sentence(reason) if reason else ""
