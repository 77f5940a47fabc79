"""Authority to act: what it is for, from when until when, alone or only together, and who is heard against it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.domain.authority import (
    BASES,
    Act,
    Acting,
    Authority,
    AuthorityKind,
    Decision,
    Objection,
    recording_problems,
    refusals,
)

A_DAY = date(2016, 5, 1)
DAYS = st.dates(date(2015, 4, 1), date(2035, 12, 31))


def an_authority(kind: AuthorityKind = AuthorityKind.HEALTH_AND_WELFARE_ATTORNEY, **told: object) -> Authority:
    usual = Authority("one", "Somebody", kind, BASES[kind].decisions, Acting.ALONE, date(2015, 4, 1))
    return replace(usual, **told)  # type: ignore[arg-type]


def codes(
    *authorities: Authority, acting: tuple[str, ...] = ("one",), act: Act = Act.AGREE, on: date = A_DAY
) -> list[str]:
    return [each.code for each in refusals(authorities, acting, Decision.ASSESSMENT, act, on)]


@given(DAYS, st.none() | DAYS, st.none() | DAYS, DAYS)
def test_an_authority_counts_on_its_own_days_alone(
    from_on: date, until_on: date | None, revoked_on: date | None, on: date
) -> None:
    authority = an_authority(from_on=from_on, until_on=until_on, revoked_on=revoked_on)

    counts = from_on <= on and (until_on is None or on <= until_on) and (revoked_on is None or on < revoked_on)

    assert authority.in_force(on) is counts
    assert (codes(authority, on=on) == []) is counts


@given(DAYS)
def test_the_last_day_counts_and_the_day_after_does_not(until_on: date) -> None:
    authority = an_authority(until_on=until_on)

    assert codes(authority, on=until_on) == []
    assert codes(authority, on=until_on + timedelta(days=1)) == ["expired"]


def test_of_two_who_hold_it_jointly_one_may_draft_and_neither_hands_in_alone() -> None:
    pair = [an_authority(authority_id=each, acting=Acting.JOINTLY) for each in ("one", "two")]

    assert codes(*pair, act=Act.ANSWER) == []
    assert codes(*pair, act=Act.HAND_IN) == ["joint"]
    assert codes(*pair, act=Act.HAND_IN, acting=("one", "two")) == []


def test_a_joint_holder_whose_authority_has_ended_is_not_waited_for() -> None:
    ended = an_authority(authority_id="two", acting=Acting.JOINTLY, until_on=date(2015, 12, 31))

    assert codes(an_authority(acting=Acting.JOINTLY), ended, act=Act.HAND_IN) == []


def test_those_who_hold_it_jointly_and_severally_act_alone() -> None:
    pair = [an_authority(authority_id=each, acting=Acting.JOINTLY_AND_SEVERALLY) for each in ("one", "two")]

    assert codes(*pair) == []


@pytest.mark.parametrize(
    ("kind", "has_capacity", "heard"),
    [
        (AuthorityKind.HEALTH_AND_WELFARE_ATTORNEY, True, True),
        (AuthorityKind.HEALTH_AND_WELFARE_ATTORNEY, None, True),
        (AuthorityKind.HEALTH_AND_WELFARE_ATTORNEY, False, False),
        (AuthorityKind.HELPER, False, True),
    ],
)
def test_a_person_who_objects_is_heard_unless_they_are_found_to_lack_capacity(
    kind: AuthorityKind, has_capacity: bool | None, heard: bool
) -> None:
    authority = an_authority(kind, objection=Objection(A_DAY, has_capacity))

    assert (codes(authority, act=Act.ANSWER) == ["objected"]) is heard
    assert codes(authority, act=Act.ANSWER, on=A_DAY - timedelta(days=1)) == []


@pytest.mark.parametrize("kind", [AuthorityKind.ADVOCATE, AuthorityKind.HELPER])
def test_who_supports_a_person_hands_in_with_them_and_agrees_nothing_for_them(kind: AuthorityKind) -> None:
    assert codes(an_authority(kind), act=Act.HAND_IN) == []
    assert codes(an_authority(kind), act=Act.AGREE) == ["supports_only"]


@pytest.mark.parametrize(
    "kind", [AuthorityKind.APPOINTEE, AuthorityKind.PROPERTY_AND_AFFAIRS_ATTORNEY, AuthorityKind.AUTHORISED_PERSON]
)
def test_authority_over_money_is_none_over_an_assessment(kind: AuthorityKind) -> None:
    assert codes(an_authority(kind), act=Act.ANSWER) == ["not_for_this"]


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"decisions": frozenset({Decision.MONEY})}, "cannot be for money"),
        ({"decisions": frozenset()}, "one decision or more"),
        ({"until_on": date(2015, 1, 1)}, "before it begins"),
        ({"from_on": date(2007, 9, 30)}, "cannot begin before 2007-10-01"),
        ({"kind": AuthorityKind.ADVOCATE, "from_on": date(2015, 3, 31)}, "cannot begin before 2015-04-01"),
        (
            {"kind": AuthorityKind.ENDURING_ATTORNEY, "decisions": frozenset({Decision.MONEY})},
            "cannot begin after 2007-09-30",
        ),
    ],
)
def test_an_authority_that_the_law_does_not_know_is_not_recorded(told: dict[str, object], reason: str) -> None:
    assert any(reason in problem for problem in recording_problems(an_authority(**told)))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", AuthorityKind)
def test_every_kind_can_be_recorded_for_all_that_the_law_gives_it(kind: AuthorityKind) -> None:
    begun = BASES[kind].made_until or date(2015, 4, 1)

    assert recording_problems(an_authority(kind, from_on=begun)) == ()
