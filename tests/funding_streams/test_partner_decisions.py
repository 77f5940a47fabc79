"""What an agency's decisions make of a stream's own figure: by their days and versions, however they arrive."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funding_streams.discovery import adapters
from services.funding_streams.domain.adapter import Case, StreamAdapter
from services.funding_streams.domain.decide_all import decide_all
from services.funding_streams.domain.decision import (
    ADULT_SOCIAL_CARE,
    INDEPENDENT_LIVING_FUND,
    AwardLine,
    Cadence,
    Decision,
    MoneyKind,
    Outcome,
    Status,
    TermKind,
)
from services.funding_streams.domain.partner_decisions import (
    Basis,
    Granted,
    Kind,
    PartnerDecision,
    Standing,
    standing_of,
    time_line,
)
from services.funding_streams.domain.partner_settling import settled_by_partner

from .builders import a_case
from .partner_material import TRUSTEES, a_week, decided, once

ON = date(2009, 6, 1)
LAST = ON + timedelta(days=363)
WEEKS = 52


def the_fund(case: Case | None = None) -> Decision:
    """The fund's own figure for the person of the tests."""
    return by_stream(case or a_case(ON))[INDEPENDENT_LIVING_FUND]


def by_stream(case: Case) -> dict[str, Decision]:
    return {decision.stream: decision for decision in decide_all(case, adapters())}


def settled(*words: PartnerDecision, case: Case | None = None) -> Decision:
    """The fund's decision once its trustees have said these words."""
    return the_fund(replace(case or a_case(ON), partner_words={INDEPENDENT_LIVING_FUND: words}))


def periods(decision: Decision) -> list[tuple[int, int]]:
    return [(line.pence, line.amount_pence) for line in decision.lines]


# -- what each word does


def test_without_a_word_the_figure_stays_indicative() -> None:
    assert settled() == the_fund()
    assert the_fund().status is Status.INDICATIVE


def test_a_confirmation_lets_the_funds_own_figure_stand() -> None:
    own = the_fund()
    confirmed = settled(decided(Kind.CONFIRM, ON))

    assert confirmed.status is Status.CONFIRMED
    assert confirmed.partner_decision == "A"
    same = ("starts_on", "ends_on", "amount_pence", "contribution_pence", "pence_per_week", "lines", "permitted_uses")
    assert {name: getattr(confirmed, name) for name in same} == {name: getattr(own, name) for name in same}


def test_a_confirmation_from_a_later_day_pays_from_that_day_to_the_end_of_the_award() -> None:
    own = the_fund()
    confirmed = settled(decided(Kind.CONFIRM, ON + timedelta(weeks=26)))

    assert (confirmed.starts_on, confirmed.ends_on) == (ON + timedelta(weeks=26), own.ends_on)
    assert confirmed.amount_pence == (own.amount_pence + 1) // 2


def test_a_back_dated_confirmation_confirms_no_more_than_was_worked_out() -> None:
    own = the_fund()
    confirmed = settled(decided(Kind.CONFIRM, ON - timedelta(days=9)))

    assert (confirmed.starts_on, confirmed.days) == (ON - timedelta(days=9), own.days)
    assert confirmed.amount_pence == own.amount_pence


def test_nothing_is_paid_after_the_streams_own_end_unless_the_agency_says_so() -> None:
    case, closed = a_case(ON), ON + timedelta(days=99)
    own = replace(the_fund(), ends_on=closed)

    for granted in (None, a_week(100)):
        assert settled_by_partner(own, [decided(Kind.CONFIRM, ON, granted=granted)], case).ends_on == closed
    later = decided(Kind.CONFIRM, closed + timedelta(days=1))
    assert settled_by_partner(own, [later], case).status is Status.UNDECIDED


def test_a_change_brings_the_agencys_own_money() -> None:
    changed = settled(decided(Kind.CHANGE, ON, granted=a_week(30_000, 4_000)))

    assert (changed.status, changed.pence_per_week) == (Status.CONFIRMED, 30_000)
    assert (changed.amount_pence, changed.contribution_pence) == (30_000 * WEEKS, 4_000 * WEEKS)
    assert (changed.starts_on, changed.ends_on) == (ON, LAST)
    assert changed.permitted_uses == the_fund().permitted_uses


def test_a_back_dated_change_pays_from_the_day_that_it_says() -> None:
    changed = settled(decided(Kind.CHANGE, ON - timedelta(weeks=2), granted=a_week(30_000)))

    assert (changed.starts_on, changed.amount_pence) == (ON - timedelta(weeks=2), 30_000 * WEEKS)


def test_a_change_in_mid_year_makes_two_lines_that_add_up() -> None:
    changed = settled(
        decided(Kind.CONFIRM, ON, "A", granted=a_week(10_001)),
        decided(Kind.CHANGE, ON + timedelta(days=10), "B", granted=a_week(20_001)),
    )

    # 10 days of 10,001 a week are 14,287.14 pence; the other 354 of 20,001 a week are 1,011,479.14.
    assert periods(changed) == [(10_001, 14_287), (20_001, 1_011_479)]
    assert changed.amount_pence == 14_287 + 1_011_479
    assert changed.lines[0].text == f"{TRUSTEES}: 1 June 2009 to 10 June 2009"


def test_an_end_cuts_the_award_short() -> None:
    ended = settled(
        decided(Kind.CONFIRM, ON, "A", granted=a_week(7_000)),
        decided(Kind.END, ON + timedelta(days=70), "B", reasons=("Moved abroad.",)),
    )

    assert (ended.status, ended.ends_on, ended.amount_pence) == (Status.CONFIRMED, ON + timedelta(days=69), 70_000)
    assert ended.conditions[-1] == f"{TRUSTEES}: Moved abroad."


def test_a_refusal_takes_the_money_away_and_says_why_and_how_to_challenge_it() -> None:
    refused = settled(
        decided(Kind.REFUSE, ON, reasons=("Not at risk of residential care.",), challenge="Write within 28 days.")
    )

    assert refused.status is Status.NOT_ELIGIBLE
    assert (refused.amount_pence, refused.lines, refused.permitted_uses, refused.missing_facts) == (0, (), (), ())
    assert refused.conditions == (f"{TRUSTEES}: Not at risk of residential care.",)
    assert [term.text for term in refused.terms if term.kind is TermKind.CHALLENGE] == ["Write within 28 days."]


def test_a_refusal_that_is_overturned_later_pays_from_then_on() -> None:
    won = settled(
        decided(Kind.REFUSE, ON, "A"), decided(Kind.CHANGE, ON + timedelta(days=91), "B", granted=a_week(100))
    )

    assert (won.status, won.starts_on) == (Status.CONFIRMED, ON + timedelta(days=91))


def test_a_correction_takes_the_place_of_what_it_corrects() -> None:
    wrong = decided(Kind.REFUSE, ON, "A", 1)
    right = decided(Kind.CHANGE, ON, "A", 2, granted=a_week(500))

    assert settled(wrong, right) == settled(right)


def test_the_agency_may_grant_what_the_rules_would_refuse() -> None:
    too_old = a_case(ON, date_of_birth="1940-01-01")
    granted = settled(decided(Kind.CHANGE, ON, granted=a_week(500)), case=too_old)

    assert the_fund(too_old).status is Status.NOT_ELIGIBLE
    assert (granted.status, granted.amount_pence) == (Status.CONFIRMED, 500 * WEEKS)
    assert granted.permitted_uses


def test_an_agreement_to_no_sum_at_all_awaits_the_sum() -> None:
    too_old = a_case(ON, date_of_birth="1940-01-01")
    agreed = settled(decided(Kind.CONFIRM, ON), case=too_old)

    assert (agreed.status, agreed.amount_pence) == (Status.UNDECIDED, 0)
    assert agreed.step("partner_decision.sum") is not None


def test_the_trace_tells_whose_word_it_is() -> None:
    changed = settled(decided(Kind.CHANGE, ON, "ILF-7", granted=a_week(30_000, 4_000)))

    step = changed.trace[-1]
    assert step.text == (
        f"{TRUSTEES} decided (decision ILF-7, version 1, of 15 June 2009): £300.00 a week, of which the person pays"
        " £40.00, 1 June 2009 to 30 May 2010."
    )
    assert step.figures[0].citation == f"{TRUSTEES}, decision ILF-7, version 1, of 15 June 2009"
    assert changed.trace[: len(the_fund().trace)] == the_fund().trace


def test_money_that_the_agency_states_rests_on_no_unconfirmed_figure_of_ours() -> None:
    assert "independent_living_fund.award_limit_group_2" in settled(decided(Kind.CONFIRM, ON)).unconfirmed
    assert settled(decided(Kind.CHANGE, ON, granted=a_week(1))).unconfirmed == ()


# -- what belongs to which award


def test_what_ran_out_before_the_assessment_settled_an_earlier_award() -> None:
    a_year_ago = ON - timedelta(weeks=WEEKS)

    for kind in Kind:
        granted = a_week(1) if kind is Kind.CHANGE else None
        assert settled(decided(kind, a_year_ago, granted=granted)) == the_fund()


def test_what_begins_after_the_award_waits_for_the_next() -> None:
    assert settled(decided(Kind.CHANGE, LAST + timedelta(days=1), granted=a_week(1))) == the_fund()
    assert settled(decided(Kind.CHANGE, LAST, granted=a_week(1))).status is Status.CONFIRMED


def test_a_sum_for_a_whole_time_that_is_cut_short_counts_by_days() -> None:
    whole = Granted(Basis.WHOLE_TIME, 10_000, 1_000)
    first = decided(Kind.CHANGE, ON, "A", ends_on=ON + timedelta(days=99), granted=whole)
    ended = settled(first, decided(Kind.END, ON + timedelta(days=25), "B"))

    assert (settled(first).amount_pence, settled(first).contribution_pence) == (10_000, 1_000)
    assert (ended.amount_pence, ended.contribution_pence) == (2_500, 250)


def test_what_is_paid_once_is_not_divided_and_not_paid_twice() -> None:
    first = decided(Kind.CHANGE, ON, "A", granted=once(10_000))
    more = decided(Kind.CHANGE, ON + timedelta(days=30), "B", granted=once(12_000))

    assert settled(first, decided(Kind.END, ON + timedelta(days=1), "B")).amount_pence == 10_000
    assert periods(settled(first, more)) == [(12_000, 12_000)]


@pytest.mark.parametrize(
    ("cadence", "called"), [(Cadence.IN_KIND, MoneyKind.IN_KIND), (Cadence.ARREARS_ON_RECEIPTS, MoneyKind.REIMBURSABLE)]
)
def test_a_line_is_called_what_the_stream_pays_in(cadence: Cadence, called: MoneyKind) -> None:
    own = replace(the_fund(), cadence=cadence)

    assert settled_by_partner(own, [decided(Kind.CHANGE, ON, granted=once(5))], a_case(ON)).lines[0].money is called


def test_a_confirmed_figure_with_a_sum_paid_once_keeps_that_sum_whole() -> None:
    lines = (
        AwardLine("grant", "A ramp", MoneyKind.ONE_OFF, 50_000, 50_000),
        AwardLine("support", "Support", MoneyKind.WEEKLY, 1_000, 52_000),
    )
    own = replace(the_fund(), lines=lines, amount_pence=102_000, contribution_pence=10_200)
    words = [decided(Kind.CONFIRM, ON, "A"), decided(Kind.END, ON + timedelta(weeks=26), "B")]

    cut = settled_by_partner(own, words, a_case(ON))
    assert periods(cut) == [(50_000, 50_000), (1_000, 26_000)]
    assert cut.contribution_pence == 7_600


# -- what others make of it


def test_another_stream_sees_the_decision_as_its_agency_left_it() -> None:
    seen: list[Decision] = []

    class Onlooker(StreamAdapter):
        stream = "onlooker"
        depends_on = (INDEPENDENT_LIVING_FUND,)

        def needs(self, on: date) -> tuple[str, ...]:
            return ()

        def decide(self, case: Case) -> Decision:
            seen.append(case.decisions[INDEPENDENT_LIVING_FUND])
            return replace(case.decisions[ADULT_SOCIAL_CARE], stream=self.stream)

    words = {INDEPENDENT_LIVING_FUND: (decided(Kind.CHANGE, ON, granted=a_week(777)),)}
    decide_all(a_case(ON), (*adapters(), Onlooker()))
    decide_all(replace(a_case(ON), partner_words=words), (*adapters(), Onlooker()))

    assert [(one.status, one.pence_per_week) for one in seen] == [
        (Status.INDICATIVE, the_fund().pence_per_week),
        (Status.CONFIRMED, 777),
    ]


def test_the_gate_stays_shut_whatever_an_agency_grants() -> None:
    low = a_case(ON, facs_band="low")

    assert settled(decided(Kind.CHANGE, ON, granted=a_week(500)), case=low).status is Status.NOT_ELIGIBLE


def test_an_agencys_word_can_be_heeded_without_a_trace() -> None:
    words = {INDEPENDENT_LIVING_FUND: (decided(Kind.CHANGE, ON, granted=a_week(500)),)}
    untraced = by_stream(replace(a_case(ON), traced=False, partner_words=words))[INDEPENDENT_LIVING_FUND]

    assert (untraced.trace, untraced.amount_pence) == ((), 500 * WEEKS)


# -- standing


def test_each_version_is_told_what_became_of_it() -> None:
    first, second = decided(Kind.REFUSE, ON, "A", 1), decided(Kind.CHANGE, ON, "A", 2, granted=a_week(1))
    earlier = decided(Kind.CHANGE, ON - timedelta(days=400), "Z", granted=a_week(1))
    words = [first, second, earlier]

    assert [standing_of(word, words, ON) for word in words] == [
        Standing.SUPERSEDED,
        Standing.IN_FORCE,
        Standing.OUTSIDE_THE_AWARD,
    ]
    assert standing_of(second, words, None) is Standing.WAITING


# -- properties

DAYS = st.dates(ON - timedelta(days=500), ON + timedelta(days=500))
SUMS = st.builds(
    lambda basis, amount, percent: Granted(basis, amount, amount * percent // 100),
    st.sampled_from(Basis), st.integers(0, 10_000_000), st.integers(0, 100),
)  # fmt: skip


@st.composite
def words_(draw: st.DrawFn) -> list[PartnerDecision]:
    """Decisions as an agency may tell them: references with versions, each version with one content."""
    told = []
    for reference, version in draw(
        st.lists(st.tuples(st.sampled_from("ABCD"), st.integers(1, 3)), unique=True, max_size=6)
    ):
        kind, effective_on = draw(st.sampled_from(Kind)), draw(DAYS)
        granted = draw(SUMS) if kind is Kind.CHANGE else draw(st.none() | SUMS) if kind is Kind.CONFIRM else None
        needs_end = granted is not None and granted.basis is Basis.WHOLE_TIME
        lasts = draw(st.integers(0, 800)) if needs_end or (kind is Kind.CONFIRM and draw(st.booleans())) else None
        ends_on = None if lasts is None else effective_on + timedelta(days=lasts)
        told.append(decided(kind, effective_on, reference, version, granted=granted, ends_on=ends_on))
    return told


@cache
def a_figure_to_settle() -> tuple[Decision, Case]:
    """The fund's own figure and the case that it is about."""
    case = a_case(ON)
    return the_fund(case), case


def outcome(words: Sequence[PartnerDecision]) -> Decision:
    own, case = a_figure_to_settle()
    return settled_by_partner(own, words, case)


@given(words=words_(), data=st.data())
def test_the_outcome_hangs_on_what_was_decided_and_not_on_how_it_arrived(
    words: list[PartnerDecision], data: st.DataObject
) -> None:
    arrived: Sequence[PartnerDecision] = data.draw(st.permutations(words))
    repeated = [*arrived, *data.draw(st.lists(st.sampled_from(words), max_size=6) if words else st.just([]))]

    assert outcome(repeated) == outcome(words)


@given(words=words_())
def test_lines_add_up_and_nobody_pays_more_than_the_whole(words: list[PartnerDecision]) -> None:
    decision = outcome(words)

    assert sum(line.amount_pence for line in decision.lines) == decision.amount_pence
    assert 0 <= decision.contribution_pence <= decision.amount_pence
    assert all(line.amount_pence >= 0 for line in decision.lines)
    assert decision.starts_on <= decision.ends_on


@given(words=words_())
def test_every_day_belongs_to_one_decision_and_the_last_to_be_effective_wins(words: list[PartnerDecision]) -> None:
    line = time_line(words)

    assert all(earlier.ends_on < later.starts_on for earlier, later in pairwise(line))
    highest = {word.reference: word.version for word in sorted(words, key=lambda word: word.version)}
    for stretch in line:
        assert stretch.word.version == highest[stretch.word.reference]
        overlaid = [
            word
            for word in words
            if word.version == highest[word.reference] and stretch.starts_on < word.effective_on <= stretch.ends_on
        ]
        assert overlaid == []


@given(words=words_())
def test_money_is_confirmed_only_where_the_agency_grants_it(words: list[PartnerDecision]) -> None:
    decision = outcome(words)

    if decision.status is Status.CONFIRMED:
        assert any(step.code in ("partner_decision.confirm", "partner_decision.change") for step in decision.trace)
    if decision.status is Status.NOT_ELIGIBLE:
        assert decision.trace[-1].outcome is Outcome.FAILED
        assert decision.amount_pence == 0
