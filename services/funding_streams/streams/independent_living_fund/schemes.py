"""Which scheme of the fund a person comes under: one trust for the whole kingdom, and since it closed one by nation.

Source:
    Closure on 30 June 2015 (S103, S104); Independent Living Fund Scotland, for Northern Ireland as well, from
    1 July 2015 (S18, S110, S112); reopened in Scotland in April 2024 (S114 to S116); Wales (S117).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.funding_streams.domain.decision import INDEPENDENT_LIVING_FUND
from services.funding_streams.domain.eras import ILF_LAST_DAY, in_words
from services.funding_streams.domain.errors import WrongFact
from services.funding_streams.domain.figures import Dated
from services.funding_streams.domain.working import Working

FUND = INDEPENDENT_LIVING_FUND
ILF_SCOTLAND = "Independent Living Fund Scotland"

#: Who pays for the support where the fund does so no longer, by the code of the rule file.
SUCCESSORS = {
    "council": "In England the council is responsible",
    "welsh_independent_living_grant": "In Wales the Welsh Independent Living Grant, paid by councils, took over",
    "welsh_councils": "In Wales the council is responsible",
}


class Nation(StrEnum):
    """Where a person lives."""

    ENGLAND = "england"
    WALES = "wales"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern_ireland"

    @property
    def label(self) -> str:
        """The nation's name."""
        return self.value.replace("_", " ").title()


@dataclass(frozen=True)
class Scheme:
    """What differs between the schemes that pay beside a council.

    Args:
        decided_by: who decides; None where the stream's own profile says so.
        last_day: the day on which the scheme closed, if it has.
        capital_limit: figure of the capital above which there is no award.
        threshold: figure of the council's least input where more hours are asked for, if there is one.
        contribution_limit: figure of the most that a person contributes, if there is one.
        council: whose support the fund's money is paid beside.
    """

    decided_by: str | None
    last_day: date | None
    capital_limit: str
    threshold: str | None
    contribution_limit: str | None
    council: str


TRUST = Scheme(
    decided_by=None,
    last_day=ILF_LAST_DAY,
    capital_limit=f"{FUND}.capital_limit_upper",
    threshold=f"{FUND}.council_input_threshold",
    contribution_limit=None,
    council="council",
)
SCOTLAND = Scheme(
    decided_by=ILF_SCOTLAND,
    last_day=None,
    capital_limit=f"{FUND}.scotland_capital_limit",
    threshold=None,
    contribution_limit=f"{FUND}.scotland_contribution_limit",
    council="Scottish council",
)
#: No source gives a capital limit for Northern Ireland after 2015, so the old one is asked for and found to have ended.
NORTHERN_IRELAND = Scheme(
    decided_by=ILF_SCOTLAND,
    last_day=None,
    capital_limit=f"{FUND}.capital_limit_upper",
    threshold=f"{FUND}.northern_ireland_council_input_threshold",
    contribution_limit=f"{FUND}.northern_ireland_contribution_limit",
    council="health and social care trust",
)
#: The scheme for new applicants in Scotland: no capital limit, no contribution, limits of its own.
SCOTLAND_REOPENED = Scheme(
    decided_by=ILF_SCOTLAND,
    last_day=None,
    capital_limit="",
    threshold=None,
    contribution_limit=None,
    council="Scottish council",
)


def begun(working: Working, name: str) -> Dated | None:
    """Return the figure of a rule that may not have begun yet, or None before it did: nothing holds in its place."""
    return working.figures.if_any(name)


def nation_of(working: Working) -> Nation:
    """Return where the person lives; where nobody has said, England is taken and that is told.

    Raises:
        WrongFact: the nation is none of the four.
    """
    facts = working.case.facts
    if not facts.has("lives_in"):
        working.noted(
            "nation",
            "Nothing says in which nation the person lives. England is taken, since the councils here are English.",
        )
        return Nation.ENGLAND
    try:
        nation = Nation(facts.code("lives_in"))
    except ValueError:
        raise WrongFact("lives_in", f"one of {', '.join(Nation)}") from None
    working.noted("nation", lambda: f"Lives in {nation.label}.")
    return nation


def scheme_of(working: Working, nation: Nation) -> Scheme | None:
    """Return the scheme of the day in that nation, or None where there is none and the test has failed.

    Raises:
        MissingFact: whether the person has an award already, where that decides.
        NoValueInForce: the day is before the fund of 1993.
    """
    last = working.figure(f"{FUND}.last_day")
    if working.case.on <= last.day:
        working.test("in_force", True, "The fund is open to its users on this day.", "", last)
        return TRUST
    if nation in (Nation.ENGLAND, Nation.WALES):
        _closed(working, nation, last)
        return None
    existing = working.case.facts.yes_no("ilf_existing_user")
    if existing:
        first = working.figure(f"{FUND}.ilf_scotland_first_day")
        working.test(
            "in_force",
            True,
            lambda: f"{ILF_SCOTLAND} pays the fund's users in {nation.label} from {in_words(first.day)}.",
            "",
            first,
        )
        return SCOTLAND if nation is Nation.SCOTLAND else NORTHERN_IRELAND
    return _scheme_of_new_applicant(working, nation, last)


def _closed(working: Working, nation: Nation, last: Dated) -> None:
    successor = working.figure(f"{FUND}.successor_in_{nation}")
    working.test(
        "in_force",
        False,
        "",
        lambda: (
            f"The fund closed on {in_words(last.day)}. {SUCCESSORS[successor.code]} from {in_words(successor.start)}."
        ),
        last,
        successor,
    )


def _scheme_of_new_applicant(working: Working, nation: Nation, last: Dated) -> Scheme | None:
    def closed() -> str:
        return f"The fund closed on {in_words(last.day)}. {ILF_SCOTLAND} pays its former users in {nation.label}"

    if nation is Nation.NORTHERN_IRELAND:
        first = working.figure(f"{FUND}.ilf_scotland_first_day")
        working.test("in_force", False, "", lambda: f"{closed()} and takes nobody new.", last, first)
        return None
    reopened = working.figure(f"{FUND}.scotland_reopened_on")
    passed = working.test(
        "in_force",
        working.case.on >= reopened.day,
        lambda: f"{ILF_SCOTLAND} takes new applicants in Scotland from {in_words(reopened.day)}.",
        lambda: f"{closed()} and takes new applicants from {in_words(reopened.day)} only.",
        reopened,
    )
    return SCOTLAND_REOPENED if passed else None
