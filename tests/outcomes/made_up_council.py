"""A made-up council's records, sound in everything: people, and what the council did for them over three years."""

import random
from datetime import date, timedelta

from services.outcomes.domain.client_level_data.rows import EventRecord, PersonRecord
from services.outcomes.domain.client_level_data.specification import EventType, Specification

FIRST_DAY = date(2023, 7, 1)
DAYS = 3 * 365
Records = tuple[dict[str, PersonRecord], list[EventRecord]]


def nhs_number(rng: random.Random) -> str:
    """A number with a right check digit; none that is given out begins with 9."""
    while True:
        nine = f"9{rng.randrange(10**8):08}"
        check = 11 - sum(int(digit) * weight for digit, weight in zip(nine, range(10, 1, -1), strict=True)) % 11
        if check != 10:
            return f"{nine}{check % 11}"


def made_up_council(specification: Specification, count: int, seed: int) -> Records:
    """A council of so many people."""
    rng = random.Random(seed)
    lists = {name: sorted(values.values) for name, values in specification.lists.items()}
    people, events = {}, []
    for number in range(count):
        person = _person(f"P{number:06}", lists, rng)
        people[person.person_id] = person
        events.extend(_events(person, lists, rng))
    return people, events


def _person(person_id: str, lists: dict[str, list[str]], rng: random.Random) -> PersonRecord:
    died_on = FIRST_DAY + timedelta(rng.randrange(DAYS)) if rng.random() < 0.1 else None
    details = {
        "NHS_Number": nhs_number(rng),
        "Gender": rng.choice(lists["gender"]),
        "Ethnicity": rng.choice(lists["ethnicity"]),
        "Client_Type": "Service user",
        "Primary_Support_Reason": rng.choice(lists["primary_support_reason"]),
        "Accommodation_Status": rng.choice(lists["accommodation_status"]),
        "Has_Unpaid_Carer": rng.choice(["Yes", "No", "Unknown"]),
    }
    if rng.random() < 0.7:
        details["Postcode"] = f"ZZ{rng.randrange(1, 9)} {rng.randrange(1, 9)}ZZ"
    return PersonRecord(person_id, date(1930 + rng.randrange(70), 1 + rng.randrange(12), 1), died_on, details)


def _events(person: PersonRecord, lists: dict[str, list[str]], rng: random.Random) -> list[EventRecord]:
    first = FIRST_DAY + timedelta(rng.randrange(DAYS - 200))
    found: list[EventRecord] = []

    def add(kind: EventType, starts: date, ends: date | None, **details: str) -> None:
        reference = f"{person.person_id}-{len(found)}"
        found.append(EventRecord(kind, reference, person.person_id, starts, ends, details))

    add(
        EventType.REQUEST,
        first,
        first + timedelta(3),
        Request_Route_of_Access=rng.choice(lists["request_route"]),
        Event_Outcome="Progress to assessment, review or reassessment",
    )
    add(
        EventType.ASSESSMENT,
        first + timedelta(4),
        first + timedelta(30),
        Assessment_Type="Long term assessment",
        Eligible_Needs_Identified="Yes",
        Event_Outcome="Progress to support planning or services",
    )
    for line in range(rng.randrange(1, 4)):
        ends = first + timedelta(60 + rng.randrange(400)) if rng.random() < 0.4 else None
        add(
            EventType.SERVICE,
            first + timedelta(35 + line),
            ends,
            Service_Type="Long term support: Community",
            Service_Component=rng.choice(["Direct payment", "Home support or domiciliary care", "Extra care housing"]),
            Delivery_Mechanism=rng.choice(lists["delivery_mechanism"]),
            Unit_Cost=f"{rng.randrange(20, 900)}.{rng.randrange(100):02}",
            Cost_Frequency_Unit_Type="Weekly",
            Planned_units_per_week="1",
        )
    add(
        EventType.REVIEW,
        first + timedelta(90),
        first + timedelta(100),
        Review_Reason="Planned",
        Review_Outcomes_Achieved=rng.choice(lists["review_outcomes_achieved"]),
        Event_Outcome="Continuation of support or services",
    )
    return found
