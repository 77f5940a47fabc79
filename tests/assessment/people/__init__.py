"""People to test and to look at: whole sets of answers, each file saying what in it is published and what is ours."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import yaml

from braid import example_council
from services.assessment.domain.assessment import Agreed, Assessment
from services.assessment.domain.questionnaire import Questionnaire, Role

FOLDER = Path(example_council.__file__).parent / "people"


@dataclass(frozen=True)
class Person:
    """One set of answers, and what the example council's table makes of it; sums are pence a year."""

    person: Mapping[str, object]
    practitioner: Mapping[str, object]
    user_group: str
    agreed_on: date
    points_gross: Fraction
    points_net: Fraction
    pence_per_year: int

    def saying(self, **answers: object) -> "Person":
        """The same person with other answers of their own; None leaves a question open."""
        return replace(self, person=_without_none({**self.person, **answers}))

    def with_practitioner_saying(self, **answers: object) -> "Person":
        """The same person with other answers by the practitioner; None leaves a question open."""
        return replace(self, practitioner=_without_none({**self.practitioner, **answers}))

    def assessed(self, questionnaire: Questionnaire) -> Agreed:
        """Lead the answers through the whole life of an assessment."""
        assessment = Assessment.begin(questionnaire)
        assessment, _ = assessment.save_answers(questionnaire, self.person, Role.PERSON)
        assessment, _ = assessment.submit(questionnaire, self.agreed_on)
        assessment, _ = assessment.save_answers(questionnaire, self.practitioner, Role.PRACTITIONER)
        _, agreed = assessment.agree(questionnaire, self.agreed_on)
        return agreed


def somebody_like_km() -> Person:
    """55 points and specialist support."""
    return read("like_km_in_2010")


def somebody_like_savva_in_july() -> Person:
    """16 points."""
    return read("like_savva_in_july_2009")


def somebody_like_savva_in_november() -> Person:
    """22 points."""
    return read("like_savva_in_november_2009")


def a_mother_with_good_and_bad_days() -> Person:
    """30.4 points after her partner's help."""
    return read("a_mother_with_good_and_bad_days")


def read(name: str) -> Person:
    """Read one person's file."""
    told = yaml.safe_load((FOLDER / f"{name}.yaml").read_text())
    assert {"about", "published", "ours"} <= set(told), "every person says what is published and what is ours"
    return Person(
        person=told["person"],
        practitioner=told["practitioner"],
        user_group=told["user_group"],
        agreed_on=told["agreed_on"],
        points_gross=Fraction(told["points_gross"]),
        points_net=Fraction(told["points_net"]),
        pence_per_year=told["pence_per_year"],
    )


def _without_none(answers: Mapping[str, object]) -> dict[str, object]:
    return {question: answer for question, answer in answers.items() if answer is not None}
