"""A council with a fund for each thing that can be wrong, and an entry that any of them can be wrong with."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID, uuid4

from braid.contracts.award import AwardStatus
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.journal import EntryKind, Leg
from services.ledger.domain.refusals import Refusal
from services.ledger.posting.columns import Posting
from services.ledger.queries import FundNow
from tests.ledger.builders import ASC, ILF
from tests.ledger.journal.model import LooseEntry
from tests.ledger.ledger_under_test import LedgerUnderTest, connected
from tests.ledger.proof.calling import act_for

AVAILABLE, COMMITTED, PAID, BANK = (
    Account.FUND_AVAILABLE,
    Account.FUND_COMMITTED,
    Account.FUND_PAID,
    Account.COUNCIL_BANK,
)
LOCKED_UNTIL, TODAY = date(2009, 5, 1), date(2009, 6, 15)
#: Each fund of the budget by what is special about it; they are open from before the lock to long after today.
FUNDS = ("right", "late", "over", "fenced", "shut", "unheld", "expired", "settled", "released", "held", "poor")
HELD = 10


@dataclass
class Scene:
    """What is there: the funds by name, and one commitment that has a part on some of them."""

    ledger: LedgerUnderTest
    funds: dict[str, FundNow] = field(default_factory=dict)
    commitment_id: UUID = field(default_factory=uuid4)
    known: LooseEntry | None = None

    def leg(self, fund: str, account: Account, pence: int) -> Leg:
        """A leg on one of the funds."""
        return Leg(ASC, account, pence, self.funds[fund].fund_id)

    def spent(self, fund: str, pence: int, source: Account = AVAILABLE) -> list[Leg]:
        """Legs that spend money of a fund."""
        return [self.leg(fund, source, pence), self.leg(fund, PAID, -pence)]

    def entry(self, legs: Collection[Leg], **values: object) -> LooseEntry:
        """An entry on the budget, today, about the commitment."""
        right = {
            "entry_id": uuid4(),
            "kind": EntryKind.SPEND,
            "value_date": TODAY,
            "budget_id": self.funds["right"].fund.budget_id,
            "legs": tuple(legs),
            "use": "care.personal",
            "subject_id": self.commitment_id,
        }
        return LooseEntry(**right | values)  # type: ignore[arg-type]

    def wrong_in(self, faults: Collection[Refusal]) -> LooseEntry:
        """An entry that is right but for these faults."""
        legs = self.spent("right", 5)
        for fault in faults:
            legs += LEGS[fault](self) if fault in LEGS else []
        assert self.known
        known = {"entry_id": self.known.entry_id} if Refusal.ID_USED_FOR_SOMETHING_ELSE in faults else {}
        locked = {"value_date": LOCKED_UNTIL} if Refusal.PERIOD_LOCKED in faults else {}
        return self.entry(legs, **known, **locked)


#: Legs that bring a fault into an entry; two faults are of its id and of its date.
LEGS: dict[Refusal, Callable[[Scene], list[Leg]]] = {
    Refusal.BAD_AMOUNT: lambda it: [it.leg("right", Account.FUND_RECOVERED, 0)],
    Refusal.UNBALANCED: lambda it: [it.leg("right", Account.PERSON_RECOVERY_RECEIVABLE, 1)],
    Refusal.UNBALANCED_STREAM: lambda _: [Leg(ASC, BANK, 1, None), Leg(ILF, BANK, -1, None)],
    Refusal.SAME_ACCOUNT: lambda it: it.spent("right", 1),
    Refusal.NOT_CONFIRMED: lambda it: it.spent("indicative", 2),
    Refusal.NO_ACCOUNT: lambda _: [Leg(ASC, AVAILABLE, 1, UUID(int=404)), Leg(ASC, PAID, -1, UUID(int=404))],
    Refusal.NOT_YOUR_FUND: lambda it: it.spent("anothers", 1),
    Refusal.CLOSED: lambda it: it.spent("shut", 1),
    Refusal.BEFORE_AWARD: lambda it: it.spent("late", 1),
    Refusal.AFTER_AWARD_END: lambda it: it.spent("over", 1),
    Refusal.RING_FENCED: lambda it: it.spent("fenced", 1),
    Refusal.NO_COMMITMENT: lambda it: it.spent("unheld", 1, COMMITTED),
    Refusal.COMMITMENT_EXPIRED: lambda it: it.spent("expired", 1, COMMITTED),
    Refusal.COMMITMENT_ALREADY_SETTLED: lambda it: it.spent("settled", 1, COMMITTED),
    Refusal.COMMITMENT_ALREADY_RELEASED: lambda it: it.spent("released", 1, COMMITTED),
    Refusal.EXCEEDS_COMMITMENT: lambda it: it.spent("held", HELD + 1, COMMITTED),
    Refusal.INSUFFICIENT: lambda it: it.spent("poor", 1_001),
}


async def a_scene(ledger: LedgerUnderTest) -> Scene:
    """Open the funds, hold, settle and let go, close an account and lock the period."""
    scene = Scene(ledger)
    person = uuid4()
    periods = {"late": (TODAY + timedelta(days=1), 100), "over": (date(2009, 1, 1), 119)}
    for name in FUNDS:
        starts_on, days = periods.get(name, (date(2009, 2, 1), 300))
        uses = [{"use": "leisure.activity" if name == "fenced" else "care.personal", "condition": None}]
        scene.funds[name] = await ledger.open_fund(
            person_id=person,
            amount_pence=1_000,
            starts_on=starts_on,
            ends_on=starts_on + timedelta(days=days),
            others={"award_id": uuid4(), "permitted_uses": uses},
        )
    scene.funds["anothers"] = await ledger.open_fund(amount_pence=1_000, starts_on=date(2009, 2, 1))
    scene.funds["indicative"] = await ledger.open_fund(
        person_id=person, status=AwardStatus.INDICATIVE, others={"award_id": uuid4()}
    )
    told = await ledger.post(*_what_went_before(scene))
    assert [each.refusal for each in told] == [None] * len(told)
    await close(ledger, scene.funds["shut"])
    await ledger.lock_period(LOCKED_UNTIL)
    return scene


async def close(ledger: LedgerUnderTest, fund: FundNow) -> None:
    """Close what a fund has available to all postings."""
    async with connected(ledger.url("app")) as db:
        await act_for(db, ledger.council, for_transaction=False)
        await db.execute(
            "SELECT close_account(account_id, true) FROM account WHERE fund_id = $1 AND code = 'fund.available'",
            fund.fund_id,
        )


def _what_went_before(scene: Scene) -> list[LooseEntry | Posting]:
    scene.known = scene.entry(scene.spent("right", 1))
    held = scene.entry(
        [
            leg
            for fund in ("expired", "settled", "released", "held")
            for leg in (scene.leg(fund, AVAILABLE, HELD), scene.leg(fund, COMMITTED, -HELD))
        ],
        kind=EntryKind.COMMITMENT,
    )
    let_go = {
        fund: [scene.leg(fund, COMMITTED, HELD), scene.leg(fund, AVAILABLE, -HELD)] for fund in ("expired", "released")
    }
    return [
        scene.known,
        held,
        scene.entry(let_go["expired"], kind=EntryKind.EXPIRY),
        scene.entry(let_go["released"], kind=EntryKind.RELEASE),
        scene.entry(scene.spent("settled", HELD, COMMITTED)),
    ]
