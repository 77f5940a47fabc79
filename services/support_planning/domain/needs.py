"""A person's needs as two agreed assessments tell them: which parts are less, which are more, which are other.

Means are not compared: capital and incomes move what a person pays, not what they need.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

_HELP = ("none", "some", "most", "all")
#: Facts that tell of need: the order of their codes from least to most, or nothing where a greater number is more.
NEED_FACTS: Mapping[str, tuple[str, ...]] = {
    "facs_band": ("none", "low", "moderate", "substantial", "critical"),
    "outcomes_not_achieved": (),
    "significant_impact": (),
    "need_from_impairment": (),
    "at_risk_of_residential_care": (),
    "housing_support_need": (),
    "qualifying_support_hours_per_week": (),
}


class Direction(StrEnum):
    """Whether a part of the needs is less than it was, or more; other where answers cannot be ranked.

    Where several answers apply, fewer of the same are less. Which of two different ones is more need nobody has
    declared: the questionnaire has them in no order, and the points of an allocation table are its prices.
    """

    LESS = "less"
    MORE = "more"
    OTHER = "other"


class Part(StrEnum):
    """What of the needs a difference is about."""

    NEED = "need"
    NEED_ON_BAD_DAY = "need_on_bad_day"
    FAMILY_HELP = "family_help"
    DAYS = "days"
    SPECIALIST_SUPPORT = "specialist_support"
    FACT = "fact"


@dataclass(frozen=True)
class AskedNeed:
    """A question about a need.

    Args:
        choices: codes from least to most need; where several may apply, those that are a need, in no order.
    """

    question_id: str
    domain: str
    label: str
    takes_several: bool
    choices: tuple[str, ...]


@dataclass(frozen=True)
class AgreedNeeds:
    """What an agreed assessment tells of needs.

    Args:
        asked: the questions of ``answers``; empty in an assessment from before they were told.
        answers: choice codes by question id.
        on_bad_days: the same, where a bad day differs.
        family_help: none, some, most or all, by domain.
        carer_willing_and_able: unless it is true, family's help counts for nothing.
        days: how many a week are of a kind.
        support_minutes: minutes a day of specialist support, by its code.
        facts: those of `NEED_FACTS` that are known.
    """

    assessment_id: str
    agreed_on: date
    asked: tuple[AskedNeed, ...]
    answers: Mapping[str, tuple[str, ...]]
    on_bad_days: Mapping[str, tuple[str, ...]]
    family_help: Mapping[str, str]
    carer_willing_and_able: bool | None
    days: Mapping[str, int]
    support_minutes: Mapping[str, int]
    facts: Mapping[str, bool | int | str]


@dataclass(frozen=True)
class Difference:
    """A part of the needs that is not as it was.

    Args:
        name: of the question, domain, kind of day, support or fact.
        label: the same for people.
        domain: code of the domain of need; None where it is of no one domain.
    """

    part: Part
    name: str
    label: str
    domain: str | None
    then: tuple[str, ...]
    now: tuple[str, ...]
    direction: Direction


@dataclass(frozen=True)
class NeedsCompared:
    """Needs when a plan was handed in, and now.

    Args:
        then: None where nothing was assessed by then.
        now: None where nothing is assessed yet.
        since: the day on which the plan was handed in; None for no plan.
    """

    then: AgreedNeeds | None
    now: AgreedNeeds | None
    since: date | None = None

    @property
    def is_reassessed(self) -> bool:
        """Whether needs were assessed and agreed again since."""
        if self.now is None:
            return False
        if self.then is None:
            return self.since is None or self.now.agreed_on > self.since
        return self.now.assessment_id != self.then.assessment_id

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What is not as it was; empty too where there is nothing to compare."""
        return differences(self.then, self.now) if self.then and self.now else ()


def differences(then: AgreedNeeds, now: AgreedNeeds) -> tuple[Difference, ...]:
    """What of the needs is not as it was, in the order of the newer questionnaire."""
    return (
        *_of_answers(then, now),
        *_of_family_help(then, now),
        *_of_numbers(Part.DAYS, then.days, now.days, _DAYS),
        *_of_numbers(Part.SPECIALIST_SUPPORT, then.support_minutes, now.support_minutes),
        *_of_facts(then.facts, now.facts),
    )


def _of_answers(then: AgreedNeeds, now: AgreedNeeds) -> Iterator[Difference]:
    asked = {one.question_id: one for one in (*now.asked, *then.asked)}
    in_order = dict.fromkeys((*(one.question_id for one in now.asked), *now.answers, *then.answers))
    for name in in_order:
        pairs = (
            (Part.NEED, then.answers.get(name, ()), now.answers.get(name, ())),
            (Part.NEED_ON_BAD_DAY, _on_bad_day(then, name), _on_bad_day(now, name)),
        )
        question = asked.get(name)
        for part, was, is_now in pairs:
            on_bad_days = then.on_bad_days.keys() | now.on_bad_days.keys()
            if was != is_now and (part is Part.NEED or name in on_bad_days):
                label, domain = (question.label, question.domain) if question else (name, None)
                yield Difference(part, name, label, domain, was, is_now, _of_choices(question, was, is_now))


def _on_bad_day(needs: AgreedNeeds, question_id: str) -> tuple[str, ...]:
    return needs.on_bad_days.get(question_id, needs.answers.get(question_id, ()))


def _of_choices(question: AskedNeed | None, was: tuple[str, ...], now: tuple[str, ...]) -> Direction:
    if question is None:
        return Direction.OTHER
    if question.takes_several:
        old, new = set(was) & set(question.choices), set(now) & set(question.choices)
        return Direction.LESS if new < old else Direction.MORE if new > old else Direction.OTHER
    return _of_codes(question.choices, was, now)


def _of_codes(order: tuple[str, ...], was: tuple[str, ...], now: tuple[str, ...]) -> Direction:
    if len(was) != 1 or len(now) != 1 or not {*was, *now} <= set(order):
        return Direction.OTHER
    return Direction.MORE if order.index(now[0]) > order.index(was[0]) else Direction.LESS


def _of_family_help(then: AgreedNeeds, now: AgreedNeeds) -> Iterator[Difference]:
    for domain in dict.fromkeys((*now.family_help, *then.family_help)):
        was, is_now = ((_counted_help(needs, domain),) for needs in (then, now))
        if was != is_now:
            # The more family does, the less is left for the budget.
            direction = _of_codes(_HELP[::-1], was, is_now)
            yield Difference(
                Part.FAMILY_HELP,
                domain,
                f"Help from family and friends: {_words(domain)}",
                domain,
                was,
                is_now,
                direction,
            )


def _counted_help(needs: AgreedNeeds, domain: str) -> str:
    return needs.family_help.get(domain, "none") if needs.carer_willing_and_able else "none"


#: A further bad day is more need, a further good day less; other days follow from both.
_DAYS: Mapping[str, Direction] = {"bad": Direction.MORE, "good": Direction.LESS}


def _of_numbers(
    part: Part, then: Mapping[str, int], now: Mapping[str, int], if_greater: Mapping[str, Direction] | None = None
) -> Iterator[Difference]:
    for name in if_greater or dict.fromkeys((*now, *then)):
        was, is_now = then.get(name, 0), now.get(name, 0)
        if was != is_now:
            up = (if_greater or {}).get(name, Direction.MORE)
            down = Direction.LESS if up is Direction.MORE else Direction.MORE
            label = f"{_words(name)} days in a week" if part is Part.DAYS else _words(name)
            yield Difference(part, name, label, None, (str(was),), (str(is_now),), up if is_now > was else down)


def _of_facts(then: Mapping[str, bool | int | str], now: Mapping[str, bool | int | str]) -> Iterator[Difference]:
    for name, order in NEED_FACTS.items():
        was, is_now = then.get(name), now.get(name)
        if was == is_now:
            continue
        if was is None or is_now is None:
            direction = Direction.OTHER
        elif order:
            direction = _of_codes(order, (str(was),), (str(is_now),))
        else:
            direction = Direction.MORE if int(is_now) > int(was) else Direction.LESS
        yield Difference(Part.FACT, name, _words(name), None, _told(was), _told(is_now), direction)


def _told(value: bool | int | str | None) -> tuple[str, ...]:
    return () if value is None else (str(value).lower(),)


def _words(code: str) -> str:
    return code.replace("_", " ").capitalize()


@dataclass(frozen=True)
class Ground:
    """Whether money may go down, and why or why not, in words that are kept and that the person reads."""

    is_given: bool
    why: str


@dataclass(frozen=True)
class Judged:
    """What a practitioner says of a difference that cannot be ranked.

    Args:
        is_less: whether it is less need than it was.
        because: why, for the person to read.
    """

    part: Part
    name: str
    is_less: bool
    because: str


class NothingToJudge(Exception):
    """A practitioner judges what did not change, or what can be ranked by itself."""


def ground_for_less(compared: NeedsCompared, *, asked_by_person: bool, judged: Sequence[Judged] = ()) -> Ground:
    """Say whether needs give a ground for less money: they were assessed again, and some part is less.

    Care Act 2014 section 27: a plan is revised after a new assessment of what has changed. That needs were asked about
    again is by itself no ground, and money that was left over is none. Nor is a change that cannot be ranked, such as
    one risk in place of another, until a practitioner says that it is less, and why.

    Args:
        asked_by_person: the person themselves asks for less.
        judged: of differences that cannot be ranked.

    Raises:
        NothingToJudge: a word is said of something else.
    """
    found = compared.differences
    unranked = {(one.part, one.name): one for one in found if one.direction is Direction.OTHER}
    if strange := [f"{one.part}/{one.name}" for one in judged if (one.part, one.name) not in unranked]:
        raise NothingToJudge(f"These did not change, or are ranked by themselves: {', '.join(strange)}.")
    if asked_by_person:
        return Ground(True, "The person themselves asks for it.")
    if compared.now is None or not compared.is_reassessed:
        return Ground(
            False,
            "The needs have not been assessed again since the plan was handed in. Agree a new assessment first; until"
            " then the money carries on as it is.",
        )
    if compared.then is None:
        return Ground(
            True,
            f"The needs were assessed on {compared.now.agreed_on}, after the plan was handed in; there are none before"
            " to compare them with.",
        )
    again = f"The needs were assessed again on {compared.now.agreed_on}"
    told = _listed(found) + _judgements(judged, unranked)
    if any(one.direction is Direction.LESS for one in found) or any(one.is_less for one in judged):
        return Ground(True, f"{again}.{told}")
    open_ = unranked.keys() - {(one.part, one.name) for one in judged}
    if open_:
        names = ", ".join(sorted(f"{part}/{name}" for part, name in open_))
        return Ground(
            False,
            f"{again}, and no part of them is known to be less.{told} What cannot be ranked is no ground by itself: a"
            f" practitioner must say of it whether it is less need, and why ({names}).",
        )
    return Ground(
        False,
        f"{again}, and no part of them is less than on {compared.then.agreed_on}.{told} The money carries on as it is,"
        " unless the person asks for less.",
    )


_DIRECTIONS = {Direction.LESS: "Less", Direction.MORE: "More", Direction.OTHER: "Changed, and cannot be ranked"}


def _judgements(judged: Sequence[Judged], unranked: Mapping[tuple[Part, str], Difference]) -> str:
    return "".join(
        f" A practitioner says that {unranked[one.part, one.name].label} is {'less' if one.is_less else 'not less'}:"
        f" {one.because}"
        for one in judged
    )


def _listed(found: Sequence[Difference]) -> str:
    by_direction = {each: dict.fromkeys(one.label for one in found if one.direction is each) for each in Direction}
    return "".join(f" {_DIRECTIONS[each]}: {', '.join(labels)}." for each, labels in by_direction.items() if labels)
