"""Community equipment: aids for daily living and for nursing at home, and small adaptations, lent or fitted free.

Source:
    HSC 2001/008 and LAC(2001)13 (S190); SI 2014/2672 reg. 3 and SI 2014/2673 reg. 2 (S41, S65), before them
    SI 2003/1196.
"""

from dataclasses import dataclass
from datetime import date
from functools import partial

from services.funding_streams.domain.adapter import Case, StreamAdapter
from services.funding_streams.domain.decision import COMMUNITY_EQUIPMENT, AwardLine, Decision, MoneyKind, Status
from services.funding_streams.domain.money import in_pounds
from services.funding_streams.domain.settling import Award, awarded, last_day_of_award, refused, undecided
from services.funding_streams.domain.working import Working

STREAM = COMMUNITY_EQUIPMENT
NEEDED = "equipment_needed"
EQUIPMENT_FACTS = (NEEDED, "equipment_need_assessed", "equipment_cost_pence", "minor_adaptation_cost_pence")
MINOR_ADAPTATION = f"{STREAM}.minor_adaptation_at_most"


@dataclass(frozen=True)
class FreeEquipment:
    """What the service gives, in pence of its value; an adaptation that is not minor is no part of it."""

    equipment: int
    adaptation: int
    most: int

    @property
    def adaptation_given(self) -> int:
        """Value of the adaptation where it is minor, else nothing: the rule has no part that is free."""
        return self.adaptation if self.adaptation <= self.most else 0

    @property
    def value(self) -> int:
        """Value of all that is given; equipment of any price is free."""
        return self.equipment + self.adaptation_given


class CommunityEquipment(StreamAdapter):
    """Equipment in kind: its value is told, and no money is paid or asked for."""

    stream = STREAM

    def needs(self, on: date) -> tuple[str, ...]:
        """Return every fact that may matter; the same on every day."""
        del on
        return EQUIPMENT_FACTS

    def decide(self, case: Case) -> Decision:
        """Decide on equipment; see `StreamAdapter`."""
        working = Working(case)
        working.attempt(partial(_needed, working))
        working.attempt(partial(_assessed, working))
        free = None if working.refused else working.attempt(partial(_free, working))
        if working.refused:
            return refused(STREAM, working)
        missing = case.facts.absent(EQUIPMENT_FACTS)
        if free is None or missing or working.stuck:
            return undecided(STREAM, working, missing)
        return _award(working, free)


def _needed(working: Working) -> None:
    working.test(
        NEEDED,
        working.case.facts.yes_no(NEEDED),
        "Needs equipment for daily living or for nursing at home, or a small adaptation.",
        "No equipment and no small adaptation is needed.",
        working.figure(f"{STREAM}.assessment_needed"),
    )


def _assessed(working: Working) -> None:
    working.test(
        "equipment_need_assessed",
        working.case.facts.yes_no("equipment_need_assessed"),
        "An occupational therapist or a trusted assessor has found that it is needed.",
        "No occupational therapist or trusted assessor has found that it is needed; the council can be asked for that.",
        working.figure(f"{STREAM}.assessment_needed"),
    )


def _free(working: Working) -> FreeEquipment:
    facts = working.case.facts
    charge, most = working.figure(f"{STREAM}.equipment_charge"), working.figure(MINOR_ADAPTATION)
    free = FreeEquipment(
        facts.pence("equipment_cost_pence"), facts.pence("minor_adaptation_cost_pence"), int(most.pence)
    )
    if free.equipment:
        working.worked_out(
            "equipment", lambda: f"Equipment worth {in_pounds(free.equipment)}: free, whatever its price.", charge
        )
    if free.adaptation:
        _adaptation(working, free)
    elif not free.equipment:
        working.test("something_to_give", False, "", "Neither equipment nor an adaptation has a cost.", charge)
    return free


def _adaptation(working: Working, free: FreeEquipment) -> None:
    most = working.figure(MINOR_ADAPTATION)
    if free.adaptation_given:
        working.worked_out(
            "minor_adaptation",
            lambda: f"An adaptation of {in_pounds(free.adaptation)} is minor, up to {in_pounds(free.most)}: free.",
            most,
        )
        return

    def text() -> str:
        return (
            f"An adaptation of {in_pounds(free.adaptation)} costs more than {in_pounds(free.most)} and is not minor: it"
            " is for a Disabled Facilities Grant, or the council may charge for it."
        )

    if free.equipment:
        working.noted("minor_adaptation", text, most)
    else:
        working.test("minor_adaptation", False, "", text, most)


def _award(working: Working, free: FreeEquipment) -> Decision:
    given = (
        ("equipment", "Equipment on loan", free.equipment, None),
        ("minor_adaptation", "Minor adaptation", free.adaptation_given, "adaptation.minor"),
    )
    award = Award(
        ends_on=last_day_of_award(working.case.on, None),
        contribution_pence=0,
        conditions=(
            "Given in kind: the sum is its value, not money to spend.",
            "Equipment is on loan for as long as it is needed, and goes back after that.",
        ),
        status=Status.CONFIRMED,
        amount_pence=free.value,
        lines=tuple(
            AwardLine(code, text, MoneyKind.IN_KIND, pence, pence, use) for code, text, pence, use in given if pence
        ),
    )
    return awarded(STREAM, working, award)
