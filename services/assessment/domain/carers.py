"""Carers: what help they give, whether they are willing and able, in their own word; and their own assessment."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Said(StrEnum):
    """Answer to a question to which nobody may know the answer yet."""

    YES = "yes"
    NO = "no"
    NOT_SURE = "not_sure"


class SaidBy(StrEnum):
    """Whose word a statement about a carer is. The carer's own alone confirms it."""

    PERSON = "person"
    CARER = "carer"
    PRACTITIONER = "practitioner"


class Help(StrEnum):
    """How much of the help in a domain a carer gives."""

    NONE = "none"
    SOME = "some"
    MOST = "most"
    ALL = "all"


_ORDER = tuple(Help)


@dataclass(frozen=True)
class DomainHelp:
    """A carer's help in one domain; willing and able are two questions, with two answers."""

    help: Help
    willing: Said
    able: Said

    @property
    def can_be_counted_on(self) -> bool:
        """Whether the carer is both willing and able to go on."""
        return self.willing is Said.YES and self.able is Said.YES


@dataclass(frozen=True)
class Statement:
    """What was said last of one carer, by one of those who may say it; domains by code."""

    carer_id: str
    said_by: SaidBy
    domains: Mapping[str, DomainHelp]


@dataclass(frozen=True)
class CarersWord:
    """What counts of carers' help.

    Args:
        help_by_domain: the help that counts, in the carers' own word; None where no carer has spoken, so that the
            person's answers about the amount stand.
        willing_and_able: None where no carer has spoken: the help then reduces nothing.
        unconfirmed: carers of whom only others have spoken.
    """

    help_by_domain: Mapping[str, str] | None
    willing_and_able: bool | None
    unconfirmed: tuple[str, ...]


def carers_word(statements: Sequence[Statement], told_by_person: Mapping[str, str]) -> CarersWord:
    """Put carers' own words together, domain by domain.

    Where several carers help in one domain, the most that one of them gives counts: shares are never added up, since
    "some" and "some" need not be "most". No carer is counted on for more than they say; the person's own answer is a
    bound too, since help that the person does not have cannot be counted.

    Args:
        statements: the latest of each carer and each who spoke of them.
        told_by_person: help by domain, as the person answered.
    """
    own = [each for each in statements if each.said_by is SaidBy.CARER]
    spoken = {each.carer_id for each in own}
    unconfirmed = tuple(dict.fromkeys(each.carer_id for each in statements if each.carer_id not in spoken))
    if not own:
        return CarersWord(None, None, unconfirmed)
    counted = {
        domain: _least(told, _most(each.domains[domain] for each in own if domain in each.domains))
        for domain, told in told_by_person.items()
    }
    help_counts = any(amount != Help.NONE for amount in counted.values())
    return CarersWord(counted, help_counts, unconfirmed)


def _most(helps: Iterable[DomainHelp]) -> Help:
    return max((each.help for each in helps if each.can_be_counted_on), key=_ORDER.index, default=Help.NONE)


def _least(told: str, counted: Help) -> str:
    return min(Help(told), counted, key=_ORDER.index).value


class CarerOutcome(StrEnum):
    """What came of a carer's own assessment."""

    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not_eligible"
    REFUSED = "refused"


#: Outcomes of the Care and Support (Eligibility Criteria) Regulations 2015 (SI 2015/313) reg 3(2)(b).
CARER_OUTCOMES: Mapping[str, str] = {
    "caring_for_a_child": "carrying out any caring responsibilities for a child",
    "caring_for_others": "providing care to other persons for whom the carer provides care",
    "habitable_home": "maintaining a habitable home environment",
    "nutrition": "managing and maintaining nutrition",
    "relationships": "developing and maintaining family or other personal relationships",
    "work_and_learning": "engaging in work, training, education or volunteering",
    "community": "making use of necessary facilities or services in the local community",
    "recreation": "engaging in recreational activities",
}


@dataclass(frozen=True)
class CarerNeeds:
    """What a carer's own assessment found (Care Act 2014 s10(5) and (6)).

    Args:
        necessary_care: the needs come from giving care that is necessary.
        health_at_risk: physical or mental health is, or is at risk of, deteriorating.
        outcomes_not_achieved: codes of `CARER_OUTCOMES`.
        significant_impact: as a consequence there is, or is likely to be, a significant impact on well-being.
        willing: whether the carer is, and is likely to go on being, willing.
        able: whether the carer is, and is likely to go on being, able.
    """

    necessary_care: bool
    health_at_risk: bool
    outcomes_not_achieved: frozenset[str]
    significant_impact: bool
    willing: Said
    able: Said


@dataclass(frozen=True)
class CarerDecision:
    """The outcome with its reasons, test by test."""

    outcome: CarerOutcome
    reasons: tuple[str, ...]


def decide_carer(needs: CarerNeeds) -> CarerDecision:
    """Decide whether a carer has eligible needs of their own (SI 2015/313 reg 3).

    Willingness and ability are recorded beside it and decide nothing here: a carer who stops may still be eligible.
    """
    not_achieved = [CARER_OUTCOMES[code] for code in CARER_OUTCOMES if code in needs.outcomes_not_achieved]
    effect = needs.health_at_risk or bool(not_achieved)
    tests = (
        (needs.necessary_care, "the needs come from giving necessary care, reg 3(1)(a)"),
        (needs.health_at_risk, "health is at risk, reg 3(2)(a)"),
        (bool(not_achieved), f"outcomes not achieved, reg 3(2)(b): {'; '.join(not_achieved) or 'none'}"),
        (needs.significant_impact, "significant impact on well-being, reg 3(1)(c)"),
    )
    reasons = tuple(f"{'yes' if held else 'no'}: {what}" for held, what in tests)
    eligible = needs.necessary_care and effect and needs.significant_impact
    return CarerDecision(CarerOutcome.ELIGIBLE if eligible else CarerOutcome.NOT_ELIGIBLE, reasons)
