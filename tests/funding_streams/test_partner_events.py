"""Partner agencies' decisions as they come on their topics, into the real database: late, twice, wrong, too early."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from braid.command_line.embedded_platform import Databases
from braid.contracts.assessment import AssessmentAgreed
from braid.contracts.award import AwardDecided, AwardStatus
from braid.contracts.catalogue import EVENTS
from braid.contracts.partner import PartnerAwardDecided, partner_topic
from braid.kit.delivery import Delivery, RetryPolicy, Step, Taken
from services.funding_streams.discovery import adapters, agencies
from services.funding_streams.domain.decision import ADULT_SOCIAL_CARE
from services.funding_streams.main import SERVICE

from .partner_material import AGENCY, COUNCIL, told
from .partner_office import PartnerOffice, agreed, allocated, message_of

CONFIRMED, INDICATIVE, NOT_ELIGIBLE = AwardStatus.CONFIRMED, AwardStatus.INDICATIVE, AwardStatus.NOT_ELIGIBLE


@pytest.fixture
async def office(databases: Databases, tmp_path: Path) -> AsyncIterator[PartnerOffice]:
    """The service on a database of its own."""
    opened = PartnerOffice(databases, tmp_path)
    yield opened
    await opened.close()


def standing(award: AwardDecided) -> tuple[Any, ...]:
    """What an award comes to, without its version and the trace."""
    rests_on = (award.partner_decision or "").partition(".")[0]
    return (award.status, award.starts_on, award.ends_on, award.amount_pence, award.lines, rests_on)


# -- the agency decides


async def test_an_indicative_award_is_confirmed_with_the_agencys_money(office: PartnerOffice) -> None:
    person = uuid4()
    await office.know(person)
    assert (await office.award(person)).status is INDICATIVE

    assert await office.deliver(told(person, "change", amount_pence=30_000)) == [Taken.HANDLED]

    award = await office.award(person)
    assert (award.version, award.status, award.amount_pence) == (2, CONFIRMED, 30_000 * 52)
    assert award.partner_decision == "ILF-1"


async def test_a_word_about_somebody_unknown_is_kept_and_counts_when_the_case_comes(office: PartnerOffice) -> None:
    person = uuid4()

    assert await office.deliver(told(person, "change")) == [Taken.HANDLED]
    assert (await office.awards(person), await office.published(person)) == ([], 0)

    await office.know(person)
    (award,) = await office.awards(person)
    assert (award.status, award.amount_pence) == (CONFIRMED, 30_000 * 52)


async def test_what_agencies_say_is_the_same_in_whatever_order_and_however_often_it_comes(
    office: PartnerOffice,
) -> None:
    def words(person: UUID) -> list[PartnerAwardDecided]:
        return [
            told(person, "refuse", reference=f"A.{person}", version=1),
            told(person, "change", reference=f"A.{person}", version=2, amount_pence=20_000),
            told(person, "change", reference=f"B.{person}", effective_on="2009-09-01", amount_pence=25_000),
            told(person, "end", reference=f"C.{person}", effective_on="2010-01-01"),
        ]

    ends = []
    for order in itertools.islice(itertools.permutations(range(4)), 0, 24, 5):
        person = uuid4()
        told_ = words(person)
        first, *later = (told_[number] for number in order)
        await office.deliver(first)
        await office.know(person)
        await office.deliver(*later, *later, first)
        ends.append(standing(await office.award(person)))

    assert ends == [ends[0]] * 5
    status, starts_on, ends_on, amount, lines, rests_on = ends[0]
    assert (status, starts_on, ends_on) == (CONFIRMED, date(2009, 6, 1), date(2009, 12, 31))
    assert (amount, rests_on) == (sum(line.amount_pence for line in lines), "C")


async def test_the_very_same_word_twice_tells_nothing_new(office: PartnerOffice) -> None:
    person = uuid4()
    await office.know(person)
    word = told(person, "change")

    assert await office.deliver(word, word) == [Taken.HANDLED] * 2

    assert len(await office.awards(person)) == 2
    assert await office.letters(person) == []


async def test_a_word_that_changes_nothing_publishes_nothing(office: PartnerOffice) -> None:
    person = uuid4()
    await office.know(person)
    before = await office.published(person)

    await office.deliver(told(person, "change", effective_on="2001-01-01"))

    assert await office.published(person) == before
    assert await office.kept(person) == [("ILF-1", 1)]


async def test_one_word_publishes_at_most_one_award_for_each_stream(office: PartnerOffice) -> None:
    person = uuid4()
    await office.know(person)
    before = await office.published(person)

    await office.deliver(told(person, "change"))

    assert before < await office.published(person) <= before + len(adapters())
    assert len(await office.awards(person, ADULT_SOCIAL_CARE)) == 1


def test_nothing_that_the_streams_publish_is_something_that_they_hear() -> None:
    assert AwardDecided.TYPE not in SERVICE.handlers


async def test_a_confirmation_follows_the_figure_when_another_streams_award_changes(office: PartnerOffice) -> None:
    person = uuid4()
    await office.know(person)
    await office.deliver(told(person, "confirm", reference="A", money=None, amount_pence=None, contribution_pence=None))
    first = await office.award(person)

    higher = agreed(person, version=6)
    await office.deliver(higher, allocated(higher, 2_200_000))

    second = await office.award(person)
    assert (first.status, second.status) == (CONFIRMED, CONFIRMED)
    assert second.amount_pence < first.amount_pence


# -- the agency is wrong


async def test_other_content_under_the_same_version_goes_to_the_dead_letters_and_keeps_nothing_back(
    office: PartnerOffice,
) -> None:
    person = uuid4()
    await office.know(person)

    taken = await office.deliver(
        told(person, "change", amount_pence=30_000),
        told(person, "change", amount_pence=99_000),
        told(person, "change", amount_pence=31_000, version=2),
    )

    assert taken == [Taken.HANDLED, Taken.DEAD_LETTERED, Taken.HANDLED]
    (letter,) = await office.letters(person)
    assert (letter.cause, letter.attempts) == ("ToldOtherwise", 1)
    assert letter.error == (
        "version 1 of decision ILF-1 was told before with another amount_pence, and what was told first stands; a"
        " correction needs a higher version"
    )
    assert (await office.award(person)).amount_pence == 31_000 * 52


async def test_a_reference_belongs_to_one_person(office: PartnerOffice) -> None:
    one, other = uuid4(), uuid4()

    assert await office.deliver(told(one), told(other, version=2)) == [Taken.HANDLED, Taken.DEAD_LETTERED]

    (letter,) = await office.letters(other)
    assert letter.error == "reference: ILF-1 is already the reference of a decision on another person"


@pytest.mark.parametrize(
    ("stream", "reason"),
    [
        ("adult_social_care", f"stream: the council decides on adult_social_care; {AGENCY} decides on"),
        ("pocket_money", f"stream: there is no stream pocket_money; {AGENCY} decides on independent_living_fund"),
    ],
)
async def test_an_agency_cannot_speak_for_a_stream_that_is_not_its_own(
    office: PartnerOffice, stream: str, reason: str
) -> None:
    person = uuid4()
    await office.know(person)
    before = await office.published(person)

    assert await office.deliver(told(person, stream=stream)) == [Taken.DEAD_LETTERED]

    (letter,) = await office.letters(person)
    assert letter.cause == "NotItsStream"
    assert letter.error.startswith(reason)
    assert (await office.kept(person), await office.published(person)) == ([], before)


async def test_an_agency_cannot_speak_in_anothers_name(office: PartnerOffice) -> None:
    person = uuid4()
    foreign = message_of(told(person, agency="somebody-else"))

    assert await office.deliver_message(foreign, topic=partner_topic(AGENCY)) is Taken.DEAD_LETTERED

    (letter,) = await office.letters(person)
    assert letter.error == (
        f"what the data say belongs on topic partner.somebody-else.eligibility.v1, not on {partner_topic(AGENCY)}"
    )


async def test_an_agency_cannot_tell_what_a_service_tells(office: PartnerOffice) -> None:
    person = uuid4()

    forged = message_of(agreed(person))
    assert await office.deliver_message(forged, topic=partner_topic(AGENCY)) is Taken.DEAD_LETTERED
    assert (await office.letters(person))[0].error.startswith(f"{AssessmentAgreed.TYPE} does not belong on topic")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"kind": "maybe"}, "kind: Input should be 'confirm', 'change', 'refuse' or 'end'"),
        ({"effective_on": "soon"}, "effective_on: "),
        ({"effective_on": 1_243_814_400}, "effective_on: must be a day, written as YYYY-MM-DD"),
        ({"effective_on": "1066-10-14"}, "effective_on: must be a day from 1990-01-01 to 2099-12-31"),
        ({"ends_on": "2009-05-31"}, "ends_on must not be before effective_on"),
        ({"amount_pence": -1}, "amount_pence: Input should be greater than or equal to 0"),
        ({"amount_pence": 12.5}, "amount_pence: Input should be a valid integer"),
        ({"amount_pence": 10**13}, "amount_pence must not be above"),
        ({"amount_pence": None}, "amount_pence must be told with the other sums"),
        ({"contribution_pence": 30_001}, "contribution_pence must not be above amount_pence"),
        ({"money": "whole_time"}, "ends_on must be told where the sum is for the whole time"),
        ({"kind": "refuse"}, "money must be null in a decision of kind refuse"),
        ({"kind": "change", "reasons": []}, "reasons must not be empty in a decision of kind change"),
        ({"reasons": ["\0"]}, "reasons/0: must not have a null character in it"),
        ({"version": 0}, "version: Input should be greater than or equal to 1"),
        ({"reference": "a/b"}, "reference: String should match pattern"),
        ({"council": "Camelot"}, "council: String should match pattern"),
    ],
    ids=str,
)
async def test_a_malformed_word_comes_back_with_its_fault_and_without_its_data(
    office: PartnerOffice, changes: dict[str, Any], reason: str
) -> None:
    person = uuid4()
    spoilt = json.dumps(told(person).model_dump(mode="json") | {"challenge": "Secret words"} | changes).encode()

    assert await office.deliver_message(message_of(told(person)), value=spoilt) is Taken.DEAD_LETTERED

    (letter,) = await office.letters(person)
    assert reason in letter.error
    assert "Secret words" not in letter.error
    assert "http" not in letter.error
    assert await office.kept(person) == []


async def test_a_malformed_word_keeps_back_none_of_the_agencys_other_words(office: PartnerOffice) -> None:
    person = uuid4()
    await office.deliver_message(message_of(told(person)), value=b"not JSON")

    assert await office.deliver(told(person)) == [Taken.HANDLED]


async def test_another_councils_person_is_out_of_reach(office: PartnerOffice) -> None:
    person = uuid4()
    await office.know(person)

    assert await office.deliver(told(person, council="E10009998")) == [Taken.HANDLED]

    assert (await office.award(person)).status is INDICATIVE
    assert (await office.kept(person), await office.kept(person, "E10009998")) == ([], [("ILF-1", 1)])


# -- crashes, repeats and replays


@pytest.mark.parametrize("moment", [Step.RECEIVED, Step.HANDLED_BEFORE_COMMIT, Step.COMMITTED])
async def test_a_crash_at_any_moment_and_a_second_delivery_take_effect_once(
    office: PartnerOffice, moment: Step
) -> None:
    class Crash(BaseException):
        pass

    def crash(step: Step) -> None:
        if step is moment:
            raise Crash

    person = uuid4()
    await office.know(person)
    message = message_of(told(person))
    dying = Delivery(SERVICE.subscription, office.runtime.units, retry=RetryPolicy(), on_step=crash)

    with pytest.raises(Crash):
        await dying.take(message)
    await office.deliver_message(message)

    assert [award.version for award in await office.awards(person)] == [1, 2]
    assert await office.kept(person) == [("ILF-1", 1)]


async def test_two_agencies_words_at_the_same_moment_both_count(office: PartnerOffice) -> None:
    person = uuid4()
    await office.know(person)

    await asyncio.gather(
        office.deliver(told(person, reference="A", amount_pence=10_000)),
        office.deliver(told(person, reference="B", effective_on="2009-09-01", amount_pence=20_000)),
    )

    assert [line.pence for line in (await office.award(person)).lines] == [10_000, 20_000]


async def test_an_older_assessment_that_is_replayed_does_not_overwrite_a_newer_one(office: PartnerOffice) -> None:
    person = uuid4()
    older, newer = agreed(person, version=5), agreed(person, version=6)
    await office.deliver(older, newer, allocated(newer))
    decided = await office.award(person)

    await office.deliver(older, newer, agreed(person, on="2009-01-01", assessment_id=str(uuid4())))

    assert await office.award(person) == decided
    assert await office.deliver(told(person)) == [Taken.HANDLED]
    assert (await office.award(person)).assessment_version == 6


async def test_a_new_assessment_takes_the_place_of_the_one_before(office: PartnerOffice) -> None:
    person = uuid4()
    await office.know(person)
    review = agreed(person, on="2009-12-01", version=1, assessment_id=str(uuid4()))

    await office.deliver(review, allocated(review, version=6))

    assert (await office.award(person)).starts_on == date(2009, 12, 1)


async def test_the_application_can_change_nothing_that_was_told(office: PartnerOffice) -> None:
    from sqlalchemy import text
    from sqlalchemy.exc import DBAPIError

    await office.deliver(told(uuid4()))
    for statement in ("UPDATE partner_decision SET stream = 'x'", "DELETE FROM partner_decision"):
        async with office.runtime.units.for_council(COUNCIL) as work:
            with pytest.raises(DBAPIError, match="permission denied"):
                await work.session.execute(text(statement))


def test_every_agency_of_a_stream_has_a_topic_that_the_service_reads() -> None:
    assert agencies()
    assert {partner_topic(agency) for agency in agencies()} <= set(SERVICE.subscription.topics)
    assert EVENTS[PartnerAwardDecided.TYPE].TOPIC not in SERVICE.subscription.topics
