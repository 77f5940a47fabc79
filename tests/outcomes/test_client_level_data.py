"""The statutory return: what becomes a row, and what the pre-flight finds in one with errors planted in it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from braid.command_line.main import app
from braid.contracts.assessment import WithdrawalReason
from braid.contracts.plan import ItemCadence, WayOfHolding
from braid.contracts.review import ReviewKind, ReviewOutcome
from braid.contracts.uses import Use
from services.outcomes.client_level_data import specification_files
from services.outcomes.client_level_data.return_files import ReturnRefused, read_return, write_return
from services.outcomes.client_level_data.specification_files import (
    FOLDER,
    SpecificationRefused,
    read_specification,
    release_2,
)
from services.outcomes.domain.client_level_data.budgets import NoWordFor, PaidItem, service_lines
from services.outcomes.domain.client_level_data.checks import Validity, is_nhs_number, pre_flight
from services.outcomes.domain.client_level_data.costs import pounds_in_period
from services.outcomes.domain.client_level_data.journeys import (
    ASSESSED,
    AgreedAssessment,
    HeldReview,
    NoWordForOutcome,
    OpenedCase,
    assessment,
    outcomes_achieved,
    request,
    review,
)
from services.outcomes.domain.client_level_data.rows import (
    EventRecord,
    PersonMissing,
    PersonRecord,
    Row,
    UnknownField,
    rows,
)
from services.outcomes.domain.client_level_data.specification import EventType, NoSuchPeriod, Period
from tests.outcomes.made_up_council import made_up_council

SPECIFICATION = release_2()
PERIOD = SPECIFICATION.period_ending(date(2025, 6, 30))
MARY = PersonRecord("P1", date(1950, 2, 1), None, {"Client_Type": "Service user", "Gender": "Female"})
SERVICE = EventRecord(
    EventType.SERVICE,
    "P1-1",
    "P1",
    date(2024, 1, 8),
    None,
    {
        "Service_Type": "Long term support: Community",
        "Service_Component": "Direct payment",
        "Unit_Cost": "70.00",
        "Cost_Frequency_Unit_Type": "Weekly",
    },
)
REVIEW = EventRecord(EventType.REVIEW, "P1-2", "P1", date(2025, 3, 1), date(2025, 4, 1), {"Review_Reason": "Planned"})


def told(event: EventRecord, person: PersonRecord = MARY, period: Period = PERIOD) -> list[Row]:
    return list(rows(SPECIFICATION, "503", period, {person.person_id: person}, [event]))


def test_the_release_has_its_46_fields_in_nine_modules() -> None:
    assert (len(SPECIFICATION.fields), len({one.module for one in SPECIFICATION.fields})) == (46, 9)


def test_a_return_covers_the_twelve_months_to_the_end_of_a_quarter() -> None:
    assert (PERIOD.starts_on, PERIOD.ends_on) == (date(2024, 7, 1), date(2025, 6, 30))
    assert SPECIFICATION.period_ending(date(2025, 12, 31)).starts_on == date(2025, 1, 1)
    with pytest.raises(NoSuchPeriod):
        SPECIFICATION.period_ending(date(2025, 6, 29))


def test_a_service_that_goes_on_is_told_as_open_with_days_as_the_return_writes_them() -> None:
    (row,) = told(SERVICE)

    assert (row["Event_Start_Date"], row["Event_End_Date"], row["LA_Code"]) == ("08/01/2024", "", "503")
    assert (row["Reporting_Period_Start_Date"], row["Date_of_Birth"]) == ("01/07/2024", "01/02/1950")
    assert list(row) == [one.name for one in SPECIFICATION.fields]


@pytest.mark.parametrize(
    ("event", "is_told"),
    [
        (replace(SERVICE, ended_on=date(2024, 7, 1)), True),
        (replace(SERVICE, ended_on=date(2024, 6, 30)), False),
        (replace(SERVICE, started_on=date(2025, 6, 30)), True),
        (replace(SERVICE, started_on=date(2025, 7, 1)), False),
        (replace(SERVICE, is_cancelled=True), False),
        (REVIEW, True),
        (replace(REVIEW, ended_on=None), False),
        (replace(REVIEW, ended_on=date(2025, 7, 1)), False),
        (replace(REVIEW, started_on=date(2024, 1, 1), ended_on=date(2024, 6, 30)), False),
    ],
)
def test_what_was_completed_or_active_in_the_period_is_told(event: EventRecord, is_told: bool) -> None:
    assert bool(told(event)) is is_told


def test_a_death_closes_what_was_open_and_says_so() -> None:
    (row,) = told(SERVICE, replace(MARY, died_on=date(2025, 2, 3)))

    assert (row["Event_End_Date"], row["Event_Outcome"], row["Date_of_Death"]) == (
        "03/02/2025",
        "NFA: Deceased",
        "03/02/2025",
    )


@pytest.mark.parametrize(
    ("died_on", "count"), [(date(2024, 6, 30), 0), (date(2024, 7, 1), 1), (date(2024, 1, 7), 0), (date(2025, 7, 1), 1)]
)
def test_nothing_is_told_of_who_died_before_the_period_or_before_the_event(died_on: date, count: int) -> None:
    found = told(SERVICE, replace(MARY, died_on=died_on))

    assert len(found) == count
    assert all(row["Date_of_Death"] == "" for row in found if died_on > PERIOD.ends_on)


def test_a_line_that_ends_after_the_period_is_open_in_it() -> None:
    assert told(replace(SERVICE, ended_on=date(2025, 9, 1)))[0]["Event_End_Date"] == ""


def test_an_event_of_nobody_is_refused() -> None:
    with pytest.raises(PersonMissing):
        list(rows(SPECIFICATION, "503", PERIOD, {}, [SERVICE]))


@pytest.mark.parametrize("detail", ["Shoe_Size", "Event_End_Date"])
def test_a_detail_that_no_record_may_tell_is_refused(detail: str) -> None:
    with pytest.raises(UnknownField, match=detail):
        told(replace(SERVICE, details={detail: "1"}))


ITEM = PaidItem(
    item_id="i1",
    person_id="P1",
    use="care.personal",
    cadence="weekly",
    starts_on=date(2025, 1, 6),
    ended_on=None,
    pence_by_stream={"adult_social_care": 6_667, "independent_living_fund": 3_333},
    pence_by_way={"direct_payment": 5_000, "council_managed": 5_000},
)
WORDS = SPECIFICATION.services_of_budgets


def test_only_social_care_money_becomes_service_rows_and_none_of_it_is_lost() -> None:
    found = {one.details["Delivery_Mechanism"]: one for one in service_lines([ITEM], WORDS)}

    assert {name: one.details["Unit_Cost"] for name, one in found.items()} == {
        "Direct payment": "33.33",
        "CASSR managed personal budget": "33.34",
    }
    assert found["Direct payment"].details["Service_Component"] == "Direct payment"
    assert found["CASSR managed personal budget"].details["Service_Component"] == "Home support or domiciliary care"


@pytest.mark.parametrize("stream", ["supporting_people", "independent_living_fund", "access_to_work"])
def test_other_streams_have_no_row(stream: str) -> None:
    assert service_lines([replace(ITEM, pence_by_stream={stream: 10_000})], WORDS) == []


def test_items_that_are_one_event_to_the_department_are_one_row_with_their_sum() -> None:
    direct = replace(ITEM, pence_by_stream={"adult_social_care": 5_000}, pence_by_way={"direct_payment": 5_000})
    trust = replace(direct, item_id="i2", pence_by_way={"trust": 5_000}, use="leisure.activity")

    (one,) = service_lines([direct, trust], WORDS)

    assert (one.details["Unit_Cost"], one.reference) == ("100.00", "i1:direct-payment")


def test_a_way_or_cadence_without_a_word_is_refused() -> None:
    with pytest.raises(NoWordFor, match="barter"):
        service_lines([replace(ITEM, pence_by_way={"barter": 10_000})], WORDS)
    with pytest.raises(NoWordFor, match="daily"):
        service_lines([replace(ITEM, cadence="daily")], WORDS)


JOURNEYS = SPECIFICATION.events_of_journeys
CASE = OpenedCase("c1", "P1", date(2025, 1, 6), date(2025, 1, 20))
AGREED = AgreedAssessment("a1", "P1", date(2025, 1, 20), date(2025, 2, 3), has_eligible_needs=True)
HELD = HeldReview("r1", "P1", date(2025, 5, 6), "yearly", "carries_on", (2, 0, 0))


def test_a_journey_is_told_in_the_returns_words() -> None:
    made = [request(CASE, JOURNEYS), assessment(AGREED, JOURNEYS), review(HELD, JOURNEYS)]
    found = list(rows(SPECIFICATION, "503", PERIOD, {"P1": MARY}, made))

    assert [(row["Event_Type"], row["Event_Outcome"]) for row in found] == [
        ("Request", "Progress to assessment, review or reassessment"),
        ("Assessment", "Progress to support planning or services"),
        ("Review", "Continuation of support or services"),
    ]
    assert found[2]["Review_Outcomes_Achieved"] == "Fully met"
    assert found[2]["Review_Reason"] == "Planned"


def test_a_case_that_goes_on_is_not_told_yet() -> None:
    assert told(request(replace(CASE, ended_on=None), JOURNEYS)) == []


@pytest.mark.parametrize(
    ("outcomes", "achieved"),
    [
        ((3, 0, 0), "Fully met"),
        ((2, 0, 1), "Partially met"),
        ((0, 1, 0), "Partially met"),
        ((0, 0, 2), "Not met"),
        ((0, 0, 0), ""),
    ],
)
def test_outcomes_are_partially_met_where_one_is_met_or_partly_met(
    outcomes: tuple[int, int, int], achieved: str
) -> None:
    assert outcomes_achieved(*outcomes) == achieved


def test_every_word_of_our_events_has_one_in_the_return() -> None:
    assert set(JOURNEYS.review_outcomes) == set(ReviewOutcome)
    assert set(JOURNEYS.review_reasons) == set(ReviewKind)
    assert set(JOURNEYS.request_outcomes) == {ASSESSED, *WithdrawalReason}
    assert set(WORDS.delivery_by_way_of_holding) == set(WayOfHolding)
    assert set(WORDS.cost_by_cadence) == set(ItemCadence)
    assert set(WORDS.component_by_use) <= set(Use)


def test_what_has_no_word_is_refused() -> None:
    with pytest.raises(NoWordForOutcome, match="vanished"):
        request(replace(CASE, came_of_it="vanished"), JOURNEYS)
    with pytest.raises(NoWordForOutcome, match="sudden"):
        review(replace(HELD, kind="sudden"), JOURNEYS)


@pytest.mark.parametrize(
    ("details", "pounds"),
    [
        ({}, Fraction(70) * 365 / 7),
        ({"Cost_Frequency_Unit_Type": "Fortnightly"}, Fraction(35) * 365 / 7),
        ({"Cost_Frequency_Unit_Type": "Monthly", "Planned_units_per_week": "9"}, Fraction(70) * 12 / 52 * 365 / 7),
        ({"Cost_Frequency_Unit_Type": "Hourly", "Planned_units_per_week": "10"}, Fraction(700) * 365 / 7),
        ({"Cost_Frequency_Unit_Type": "One-off"}, Fraction(70)),
        ({"Unit_Cost": "0"}, None),
        ({"Unit_Cost": ""}, None),
    ],
)
def test_a_row_costs_what_the_department_makes_of_it(details: Mapping[str, str], pounds: Fraction | None) -> None:
    (row,) = told(replace(SERVICE, details={**SERVICE.details, **details}))

    assert pounds_in_period(row, PERIOD) == pounds


def test_a_line_costs_for_its_days_in_the_period_alone() -> None:
    (row,) = told(replace(SERVICE, started_on=date(2025, 1, 6), ended_on=date(2025, 1, 19)))

    assert pounds_in_period(row, PERIOD) == 140


SEEDS = (2301, 2302, 2303)


def council(seed: int) -> list[Row]:
    people, events = made_up_council(SPECIFICATION, 60, seed)
    return list(rows(SPECIFICATION, "503", PERIOD, people, events))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_sound_council_has_nothing_to_mend(seed: int) -> None:
    found = pre_flight(SPECIFICATION, council(seed))

    assert found.faults == ()
    assert found.may_be_sent
    assert found.counts["Event_Type"] == {Validity.VALID: found.rows}


#: Errors by name: of what kind of row, what is written instead, which field is told, and how.
PLANTED: dict[str, tuple[str, dict[str, str], str, Validity]] = {
    "no person": ("Service", {"LA_Person_Unique_Identifier": ""}, "LA_Person_Unique_Identifier", Validity.MISSING),
    "no birth": ("Review", {"Date_of_Birth": ""}, "Date_of_Birth", Validity.MISSING),
    "no route": ("Request", {"Request_Route_of_Access": ""}, "Request_Route_of_Access", Validity.MISSING),
    "no end of a review": ("Review", {"Event_End_Date": ""}, "Event_End_Date", Validity.MISSING),
    "no component": ("Service", {"Service_Component": ""}, "Service_Component", Validity.MISSING),
    "no start": ("Service", {"Event_Start_Date": ""}, "Event_Start_Date", Validity.MISSING),
    "check digit": ("Request", {"NHS_Number": "9434765910"}, "NHS_Number", Validity.INVALID),
    "gender": ("Request", {"Gender": "F"}, "Gender", Validity.INVALID),
    "kind of event": ("Service", {"Event_Type": "Contact"}, "Event_Type", Validity.INVALID),
    "american day": ("Assessment", {"Event_Start_Date": "2025-01-06"}, "Event_Start_Date", Validity.INVALID),
    "day that is none": ("Assessment", {"Date_of_Birth": "31/02/1950"}, "Date_of_Birth", Validity.INVALID),
    "postcode": ("Service", {"Postcode": "NOWHERE"}, "Postcode", Validity.INVALID),
    "location": ("Service", {"Provider_CQC_Location_ID": "101"}, "Provider_CQC_Location_ID", Validity.INVALID),
    "council's code": ("Service", {"LA_Code": "E10000019"}, "LA_Code", Validity.INVALID),
    "negative cost": ("Service", {"Unit_Cost": "-70"}, "Unit_Cost", Validity.INVALID),
    "pounds sign": ("Service", {"Unit_Cost": "£70"}, "Unit_Cost", Validity.INVALID),
    "field of a review": ("Request", {"Review_Reason": "Planned"}, "Review_Reason", Validity.INVALID),
    "cost of a request": ("Request", {"Unit_Cost": "70"}, "Unit_Cost", Validity.INVALID),
    "old service type": (
        "Service",
        {"Service_Type": "Long Term Support: Community"},
        "Service_Type",
        Validity.RELEASE_1,
    ),
    "old delivery": ("Service", {"Delivery_Mechanism": "Direct Payment"}, "Delivery_Mechanism", Validity.RELEASE_1),
    "old outcome": ("Review", {"Event_Outcome": "NFA - Other"}, "Event_Outcome", Validity.RELEASE_1),
    "ends first": ("Service", {"Event_End_Date": "01/01/2020"}, "Event_End_Date", Validity.INVALID),
    "born later": ("Service", {"Date_of_Birth": "01/01/2026"}, "Date_of_Birth", Validity.INVALID),
    "too old": ("Service", {"Date_of_Birth": "01/01/1900"}, "Date_of_Birth", Validity.INVALID),
    "after death": ("Service", {"Date_of_Death": "01/01/2020"}, "Date_of_Death", Validity.INVALID),
    "begins after": ("Service", {"Event_Start_Date": "01/07/2025"}, "Event_Start_Date", Validity.INVALID),
    "completed after": ("Assessment", {"Event_End_Date": "01/07/2025"}, "Event_End_Date", Validity.INVALID),
    "completed before": ("Assessment", {"Event_End_Date": "30/06/2024"}, "Event_End_Date", Validity.INVALID),
    "no quarter": (
        "Service",
        {"Reporting_Period_End_Date": "29/06/2025"},
        "Reporting_Period_End_Date",
        Validity.INVALID,
    ),
    "not twelve months": (
        "Service",
        {"Reporting_Period_Start_Date": "01/04/2025"},
        "Reporting_Period_Start_Date",
        Validity.INVALID,
    ),
    "direct payment in prison": (
        "Service",
        {"Service_Type": "Long term support: Prison", "Delivery_Mechanism": "Direct payment"},
        "Delivery_Mechanism",
        Validity.INVALID,
    ),
    "cost without its time": (
        "Service",
        {"Cost_Frequency_Unit_Type": ""},
        "Cost_Frequency_Unit_Type",
        Validity.INVALID,
    ),
    "hours that nobody told": (
        "Service",
        {"Cost_Frequency_Unit_Type": "Hourly", "Planned_units_per_week": ""},
        "Planned_units_per_week",
        Validity.INVALID,
    ),
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("error", PLANTED)
def test_a_planted_error_is_found_where_it_was_planted(error: str, seed: int) -> None:
    kind, changed, field, validity = PLANTED[error]
    whole = council(seed)
    # Somebody alive, so that a death in the record is no second error.
    place = next(n for n, row in enumerate(whole) if row["Event_Type"] == kind and not row["Date_of_Death"])
    whole[place] = {**whole[place], **changed}

    found = pre_flight(SPECIFICATION, whole)

    assert not found.may_be_sent
    assert (place + 1, field, validity) in {(one.row, one.field, one.validity) for one in found.faults}
    assert {one.row for one in found.faults if one.validity is not Validity.INVALID} <= {place + 1}
    assert all(one.reason for one in found.faults)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_row_that_stands_twice_is_found(seed: int) -> None:
    whole = council(seed)

    (fault,) = pre_flight(SPECIFICATION, [*whole, whole[4]]).faults

    assert (fault.row, fault.field) == (len(whole) + 1, "Event_Reference")
    assert "row 5 tells the same event" in fault.reason


@pytest.mark.parametrize(("field", "other"), [("LA_Code", "504"), ("Reporting_Period_End_Date", "30/09/2025")])
def test_a_row_of_another_council_or_period_is_found(field: str, other: str) -> None:
    whole = council(SEEDS[0])
    whole[5] = {**whole[5], field: other}
    faults = pre_flight(SPECIFICATION, whole).faults

    assert (6, "row 1 tells of another council or period") in {(one.row, one.reason) for one in faults}
    assert {one.row for one in faults} == {6}


def test_rows_without_a_person_are_told_as_that_and_not_as_one_person() -> None:
    whole = [{**row, "LA_Person_Unique_Identifier": ""} for row in council(SEEDS[0])]
    faults = pre_flight(SPECIFICATION, whole).faults

    assert {(one.field, one.validity) for one in faults} == {("LA_Person_Unique_Identifier", Validity.MISSING)}


def test_an_empty_return_may_not_be_sent() -> None:
    assert not pre_flight(SPECIFICATION, []).may_be_sent


def test_one_reference_for_two_events_is_found() -> None:
    whole = council(SEEDS[0])
    whole[7] = {**whole[7], "Event_Reference": whole[3]["Event_Reference"]}

    assert [(one.row, one.field) for one in pre_flight(SPECIFICATION, whole).faults] == [(8, "Event_Reference")]


def test_one_number_of_two_people_is_found() -> None:
    whole = council(SEEDS[0])
    first = whole[0]["LA_Person_Unique_Identifier"]
    other = next(row["LA_Person_Unique_Identifier"] for row in whole if row["LA_Person_Unique_Identifier"] != first)
    whole = [
        {**row, "NHS_Number": whole[0]["NHS_Number"]} if row["LA_Person_Unique_Identifier"] == other else row
        for row in whole
    ]
    faults = pre_flight(SPECIFICATION, whole).faults

    assert {one.field for one in faults} == {"NHS_Number"}
    assert {whole[one.row - 1]["LA_Person_Unique_Identifier"] for one in faults} == {other}


def test_a_line_that_stays_open_after_a_death_is_found() -> None:
    (row,) = told(SERVICE, replace(MARY, died_on=date(2025, 2, 3)))
    faults = pre_flight(SPECIFICATION, [{**row, "Event_End_Date": ""}]).faults

    assert ("Event_End_Date", "a death ends what was open") in {(one.field, one.reason) for one in faults}


def test_a_value_of_a_list_that_is_not_known_whole_is_not_called_invalid() -> None:
    (row,) = told(replace(SERVICE, details={**SERVICE.details, "Service_Component": "Day support"}))
    found = pre_flight(SPECIFICATION, [row])

    assert found.counts["Service_Component"] == {Validity.NOT_CHECKED: 1}
    assert not [one for one in found.faults if one.field == "Service_Component"]


def test_no_fault_repeats_what_tells_who_a_person_is() -> None:
    whole = council(SEEDS[0])
    for field in ("NHS_Number", "Date_of_Birth", "Postcode", "LA_Person_Unique_Identifier"):
        whole[0] = {**whole[0], field: "Mary Smith, 1 High Street"}

    assert not [one for one in pre_flight(SPECIFICATION, whole).faults if "Mary" in one.reason]


@pytest.mark.parametrize("number", ["9434765919", "4010232137", "9000000009"])
def test_nhs_numbers_end_with_their_check_digit(number: str) -> None:
    assert is_nhs_number(number)
    assert not is_nhs_number(f"{number[:9]}{(int(number[9]) + 1) % 10}")


def test_a_return_is_read_as_it_was_written(tmp_path: Path) -> None:
    whole = council(SEEDS[0])

    assert write_return(SPECIFICATION, whole, tmp_path / "return.csv") == len(whole)
    assert read_return(SPECIFICATION, tmp_path / "return.csv") == whole


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("LA_Code,", "", "missing: LA_Code"),
        ("LA_Code,", "LA_Code,Provider_CQC_Location_Name,", "unknown: Provider_CQC_Location_Name"),
        ("LA_Code,", "LA_Code,LA_Code,", "stands twice"),
        ("\r\n", "\r\n503\r\n", "row 1 has not 46 values"),
    ],
)
def test_a_file_that_is_no_return_is_refused(old: str, new: str, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "return.csv"
    write_return(SPECIFICATION, told(SERVICE), file)
    file.write_text(file.read_bytes().decode().replace(old, new, 1), newline="")

    with pytest.raises(ReturnRefused, match=reason):
        read_return(SPECIFICATION, file)


def checked(file: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["outcomes", "check-return", str(file), *arguments])


def test_a_sound_return_passes_its_check(tmp_path: Path) -> None:
    write_return(SPECIFICATION, council(SEEDS[0]), tmp_path / "return.csv")

    result = checked(tmp_path / "return.csv")

    assert (result.exit_code, "0 to mend" in result.output) == (0, True)


def test_a_return_with_an_error_fails_its_check_in_the_departments_words(tmp_path: Path) -> None:
    whole = council(SEEDS[0])
    whole[2] = {**whole[2], "Gender": ""}
    write_return(SPECIFICATION, whole, tmp_path / "return.csv")

    result = checked(tmp_path / "return.csv", "--faults", str(tmp_path / "faults.csv"))

    assert result.exit_code == 1
    assert "row 3, Gender: Failed: Blank (Mandatory)" in result.output
    assert "3,Gender,Failed: Blank (Mandatory)" in (tmp_path / "faults.csv").read_text()


def test_a_file_that_is_no_return_is_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("name\nMary\n")

    result = checked(tmp_path / "people.csv")

    assert (result.exit_code, "missing: Accommodation_Status" in result.output) == (1, True)


TEXT = (FOLDER / "release_2.yaml").read_text()


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("list: gender", "list: sex", "there is no list sex"),
        ("holds: list, list: gender", "holds: list", "a list is named where one is held"),
        ('- "Service User"', '- "Service user"', "is of both releases"),
        ("trust: Direct payment", "trust: Trust", "Trust is not on the list delivery_mechanism"),
        ("name: Ethnicity", "name: Gender", "Gender stands twice"),
        ("release: 2\n", "release: 2\nedition: 3\n", "Extra inputs"),
    ],
)
def test_an_unsound_release_is_refused_with_its_reason(old: str, new: str, reason: str) -> None:
    assert old in TEXT

    with pytest.raises(SpecificationRefused, match=reason):
        read_specification(TEXT.replace(old, new, 1))


def test_the_check_of_rule_files_tells_what_is_wrong_with_a_release(monkeypatch: pytest.MonkeyPatch) -> None:
    def twice() -> None:
        read_specification((FOLDER / "release_2.yaml").read_text().replace("name: Ethnicity", "name: Gender", 1))

    assert CliRunner().invoke(app, ["rules", "check"]).exit_code == 0
    monkeypatch.setattr(specification_files, "release_2", twice)

    checked = CliRunner().invoke(app, ["rules", "check"])

    assert checked.exit_code == 1
    assert "Gender stands twice" in checked.output
