"""Authority to act for a person: who may decide what in their place, from when until when, alone or only together."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class AuthorityKind(StrEnum):
    """What an authority comes from."""

    HEALTH_AND_WELFARE_ATTORNEY = "health_and_welfare_attorney"
    PROPERTY_AND_AFFAIRS_ATTORNEY = "property_and_affairs_attorney"
    ENDURING_ATTORNEY = "enduring_attorney"
    WELFARE_DEPUTY = "welfare_deputy"
    PROPERTY_DEPUTY = "property_deputy"
    APPOINTEE = "appointee"
    ADVOCATE = "advocate"
    NOMINATED_PERSON = "nominated_person"
    AUTHORISED_PERSON = "authorised_person"
    HELPER = "helper"


class Decision(StrEnum):
    """What is decided or done in a person's place."""

    ASSESSMENT = "assessment"
    CARE_AND_SUPPORT = "care_and_support"
    MONEY = "money"
    DIRECT_PAYMENT = "direct_payment"
    BENEFITS = "benefits"


class Acting(StrEnum):
    """How several holders of one kind of authority act."""

    ALONE = "alone"
    JOINTLY = "jointly"
    JOINTLY_AND_SEVERALLY = "jointly_and_severally"


class Act(StrEnum):
    """What somebody does for a person in an assessment."""

    ANSWER = "answer"
    HAND_IN = "hand_in"
    AGREE = "agree"


@dataclass(frozen=True)
class Basis:
    """What a kind of authority allows.

    Args:
        decisions: the most that it can cover.
        source: where the law says so.
        made_from: the first day on which it can begin.
        made_until: the last day on which it can begin.
        lacks_capacity: it counts only while the person cannot decide themselves.
        decides: its holder decides; one who does not, supports the person, and answers and hands in with them.
    """

    decisions: frozenset[Decision]
    source: str
    made_from: date | None = None
    made_until: date | None = None
    lacks_capacity: bool = False
    decides: bool = True


_CARE = frozenset({Decision.ASSESSMENT, Decision.CARE_AND_SUPPORT})
_MONEY = frozenset({Decision.MONEY, Decision.BENEFITS})
_CAPACITY_ACT = date(2007, 10, 1)
_CARE_ACT = date(2015, 4, 1)

BASES: Mapping[AuthorityKind, Basis] = {
    AuthorityKind.HEALTH_AND_WELFARE_ATTORNEY: Basis(
        _CARE, "Mental Capacity Act 2005 s9 and s11(7)", _CAPACITY_ACT, lacks_capacity=True
    ),
    AuthorityKind.PROPERTY_AND_AFFAIRS_ATTORNEY: Basis(
        _MONEY | {Decision.DIRECT_PAYMENT}, "Mental Capacity Act 2005 s9", _CAPACITY_ACT
    ),
    AuthorityKind.ENDURING_ATTORNEY: Basis(
        _MONEY, "Mental Capacity Act 2005 s66(2) and Sch 4", made_until=date(2007, 9, 30)
    ),
    AuthorityKind.WELFARE_DEPUTY: Basis(
        _CARE, "Mental Capacity Act 2005 s16 and s20(1)", _CAPACITY_ACT, lacks_capacity=True
    ),
    AuthorityKind.PROPERTY_DEPUTY: Basis(
        _MONEY | {Decision.DIRECT_PAYMENT},
        "Mental Capacity Act 2005 s16 and s20(1)",
        _CAPACITY_ACT,
        lacks_capacity=True,
    ),
    AuthorityKind.APPOINTEE: Basis(
        frozenset({Decision.BENEFITS}),
        "Social Security (Claims and Payments) Regulations 1987 reg 33",
        lacks_capacity=True,
    ),
    AuthorityKind.ADVOCATE: Basis(_CARE, "Care Act 2014 s67 and s68", _CARE_ACT, decides=False),
    AuthorityKind.NOMINATED_PERSON: Basis(frozenset({Decision.DIRECT_PAYMENT}), "Care Act 2014 s31", _CARE_ACT),
    AuthorityKind.AUTHORISED_PERSON: Basis(
        frozenset({Decision.DIRECT_PAYMENT}), "Care Act 2014 s32", _CARE_ACT, lacks_capacity=True
    ),
    AuthorityKind.HELPER: Basis(_CARE, "the person's own consent", decides=False),
}


@dataclass(frozen=True)
class Objection:
    """The person, or somebody for them, objects to an authority.

    Args:
        on: the day of the objection.
        has_capacity: whether the person decides this themselves; None while that is not assessed.
    """

    on: date
    has_capacity: bool | None


@dataclass(frozen=True)
class Authority:
    """One authority of one holder.

    Args:
        until_on: its last day; None where it has no end.
        revoked_on: from this day on it is no more.
        limits: what the document leaves out, in words; a person reads them, no rule does.
    """

    authority_id: str
    holder: str
    kind: AuthorityKind
    decisions: frozenset[Decision]
    acting: Acting
    from_on: date
    until_on: date | None = None
    revoked_on: date | None = None
    objection: Objection | None = None
    limits: str = ""

    def in_force(self, on: date) -> bool:
        """Whether it counts on a day, objections left aside."""
        begun, ended = self.from_on <= on, self.until_on is not None and on > self.until_on
        return begun and not ended and (self.revoked_on is None or on < self.revoked_on)


#: The code of a refusal that a joint holder's act would mend.
JOINT = "joint"


@dataclass(frozen=True)
class Refusal:
    """Why an authority does not do.

    Args:
        code: stable, for callers.
        why: for people.
    """

    authority_id: str
    code: str
    why: str


def recording_problems(authority: Authority) -> tuple[str, ...]:
    """What keeps an authority from being recorded as it was told; empty when nothing does."""
    return tuple(_recording_problems(authority))


def _recording_problems(authority: Authority) -> Iterator[str]:
    basis = BASES[authority.kind]
    beyond = sorted(authority.decisions - basis.decisions)
    if not authority.decisions:
        yield "it must be for one decision or more"
    if beyond:
        yield f"{authority.kind} cannot be for {', '.join(beyond)} ({basis.source})"
    if authority.until_on is not None and authority.until_on < authority.from_on:
        yield f"it ends on {authority.until_on}, before it begins on {authority.from_on}"
    if basis.made_from and authority.from_on < basis.made_from:
        yield f"{authority.kind} cannot begin before {basis.made_from} ({basis.source})"
    if basis.made_until and authority.from_on > basis.made_until:
        yield f"{authority.kind} cannot begin after {basis.made_until} ({basis.source})"


def refusals(
    authorities: Sequence[Authority], acting_now: Collection[str], decision: Decision, act: Act, on: date
) -> tuple[Refusal, ...]:
    """Find out why holders of authorities may not act for a person; empty when they may.

    Args:
        authorities: all that are recorded for the person.
        acting_now: ids of those on which the act rests; the holders of all of them act together.
        decision: what it is about.
        act: what is done. To answer a draft, one of several joint holders is enough; to hand in or agree, all must.
        on: the day of the act.
    """
    return tuple(
        refusal
        for authority in authorities
        if authority.authority_id in acting_now
        for refusal in (
            *_own_refusals(authority, decision, act, on),
            *_joint_refusals(authority, authorities, acting_now, decision, act, on),
        )
    )


def why_closed(own: Sequence[Authority], on: date) -> tuple[Refusal, ...]:
    """Find out why a person's record is closed to somebody who holds authorities for them; empty where one opens it.

    Args:
        own: all that somebody holds for one person.
        on: the day of the reading.
    """
    if any(each.in_force(on) and each.decisions & _CARE for each in own):
        return ()
    return tuple(refusal for each in own for refusal in _own_refusals(each, Decision.ASSESSMENT, Act.ANSWER, on))


def _own_refusals(authority: Authority, decision: Decision, act: Act, on: date) -> Iterator[Refusal]:
    basis = BASES[authority.kind]

    def refused(code: str, why: str) -> Refusal:
        return Refusal(authority.authority_id, code, why)

    if on < authority.from_on:
        yield refused("not_yet", f"it begins on {authority.from_on}")
    if authority.until_on is not None and on > authority.until_on:
        yield refused("expired", f"it ended on {authority.until_on}")
    if authority.revoked_on is not None and on >= authority.revoked_on:
        yield refused("revoked", f"it was revoked on {authority.revoked_on}")
    if decision not in authority.decisions:
        yield refused("not_for_this", f"it is not for {decision}")
    if act is Act.AGREE and not basis.decides:
        yield refused("supports_only", f"{authority.kind} supports the person and decides nothing ({basis.source})")
    if authority.objection is not None and on >= authority.objection.on:
        yield from _objection(authority, authority.objection, basis)


def _objection(authority: Authority, objection: Objection, basis: Basis) -> Iterator[Refusal]:
    if objection.has_capacity is not False or not basis.lacks_capacity:
        capacity = {True: "the person has capacity", False: "", None: "whether the person has capacity is not assessed"}
        why = capacity[objection.has_capacity] or "it rests on the person's own consent"
        yield Refusal(
            authority.authority_id, "objected", f"an objection of {objection.on} stands, and {why} ({basis.source})"
        )


def _joint_refusals(
    authority: Authority,
    authorities: Sequence[Authority],
    acting_now: Collection[str],
    decision: Decision,
    act: Act,
    on: date,
) -> Iterator[Refusal]:
    if act is Act.ANSWER:
        return
    if absent := _absent(authority, authorities, acting_now, decision, on):
        # One joint holder alone decides nothing, whatever they say.
        why = f"it is held jointly, and {', '.join(absent)} must act too"
        yield Refusal(authority.authority_id, JOINT, why)


def _absent(
    authority: Authority, authorities: Sequence[Authority], acting_now: Collection[str], decision: Decision, on: date
) -> tuple[str, ...]:
    if authority.acting is not Acting.JOINTLY:
        return ()
    return tuple(
        each.authority_id
        for each in authorities
        if each.kind is authority.kind
        and each.acting is Acting.JOINTLY
        and decision in each.decisions
        and each.in_force(on)
        and each.authority_id not in acting_now
    )


def who_is_waited_for(
    authorities: Sequence[Authority], acting_now: Collection[str], decision: Decision, on: date
) -> tuple[str, ...]:
    """Ids of the authorities whose joint holders must act too, beside those who act now."""
    acting = (each for each in authorities if each.authority_id in acting_now)
    return tuple(
        dict.fromkeys(absent for each in acting for absent in _absent(each, authorities, acting_now, decision, on))
    )


def with_who_signed(
    authorities: Sequence[Authority],
    acting_now: Collection[str],
    signed: Collection[str],
    decision: Decision,
    act: Act,
    on: date,
) -> tuple[str, ...]:
    """Ids of those who act now and of their joint holders who signed the same before, as far as their authority does.

    An authority that ended since, or that is objected to, takes its signature with it.
    """
    kinds = {each.kind for each in authorities if each.authority_id in acting_now and each.acting is Acting.JOINTLY}
    joined = (
        each.authority_id
        for each in authorities
        if each.authority_id in signed
        and each.kind in kinds
        and each.acting is Acting.JOINTLY
        and not any(_own_refusals(each, decision, act, on))
    )
    return tuple(dict.fromkeys((*acting_now, *joined)))
