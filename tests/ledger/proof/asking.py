"""Requests as they may come by chance: most of them right, some wrong, some again."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from uuid import UUID

from tests.ledger.proof.model import FLAWS, SPENDING, Ask, Books, Verb

USES = ("care.personal", "respite.community", "leisure.activity")
ASKS_A_BATCH_MOST = 24
VERBS = (
    [Verb.COMMIT] * 6 + [Verb.PAY, Verb.ADVANCE, Verb.SPEND] * 3 + [Verb.RELEASE, Verb.REFUND, Verb.REVERSE] * 2
    + [Verb.EXPIRE, Verb.TRANSFER, Verb.CARRY_OVER, Verb.RECOVER, Verb.INSTALMENT, Verb.GIVE_BACK]
)  # fmt: skip
POTS = {
    Verb.PAY: ("fund.available", "fund.committed", "fund.committed"),
    Verb.ADVANCE: ("fund.available", "fund.committed"),
    Verb.SPEND: ("fund.advanced", "fund.advanced", "fund.committed", "fund.available"),
    Verb.REFUND: ("fund.available", "fund.committed", "fund.advanced"),
}


@dataclass
class Asker:
    """Asks by chance, with what was asked and what stands in mind.

    Args:
        chance: decides everything.
        books: what stands.
        fund_ids: the funds that there are or may come to be, and one that never will.
        first_day: of the time that most requests are about.
    """

    chance: random.Random
    books: Books
    fund_ids: Sequence[UUID]
    first_day: date
    asked: list[Ask] = field(default_factory=list)

    def batch(self) -> list[Ask]:
        """Some requests; now and then neighbours are linked."""
        linked, batch = None, list[Ask]()
        for place in range(self.chance.randint(1, ASKS_A_BATCH_MOST)):
            if linked is None or self.chance.random() < 0.5:
                linked = place if self.chance.random() < 0.05 else None
            ask = self.chance.choice(batch) if batch and self.chance.random() < 0.02 else self._ask()
            if ask.reverses not in {each.entry_id for each in batch}:
                batch.append(replace(ask, linked=linked))
        self.asked += batch
        return batch

    def day(self) -> date:
        """A day of the year, or a little before or after it; now and then the first or last that there is."""
        if self.chance.random() < 0.004:
            return self.chance.choice((date.min, date.max))
        return self.first_day + timedelta(days=self.chance.randint(-15, 380))

    def id(self) -> UUID:
        """An id that was never used."""
        return UUID(int=self.chance.getrandbits(128))

    def _ask(self) -> Ask:
        if self.asked and self.chance.random() < 0.08:
            again = self.chance.choice(self.asked[-200:])
            return again if self.chance.random() < 0.7 else self._changed(again)
        verb = self.chance.choice(VERBS)
        if verb is Verb.REVERSE:
            return self._reversal()
        ask = self._of_money(verb)
        funds = [self.books.funds.get(fund_id) for fund_id, _ in ask.parts]
        if ask.taker is None and all(fund and fund.rule for fund in funds) and self.chance.random() < 0.03:
            return replace(ask, flaw=self.chance.choice(list(FLAWS)))
        return ask

    def _of_money(self, verb: Verb) -> Ask:
        commitment = self.chance.choice(list(self.books.commitments)) if self.books.commitments else None
        pot = self.chance.choice(POTS.get(verb, ("fund.available",)))
        takes_out = verb in (Verb.RELEASE, Verb.EXPIRE) or pot == "fund.committed"
        if commitment and self.chance.random() < (0.8 if takes_out else 0.15):
            subject, first = commitment
            most = self.books.commitments[commitment].left + 1
        else:
            subject, first = self.id(), self.chance.choice(self.fund_ids)
            most = 300
        parts = [(first, self._pence(most))]
        if self.chance.random() < 0.15 and verb not in (Verb.TRANSFER, Verb.CARRY_OVER):
            second = self.chance.choice([fund_id for fund_id in self.fund_ids if fund_id != first])
            parts.append((second, self._pence(most)))
        known = self.books.funds.get(first)
        budget_id = known.budget_id if known and self.chance.random() < 0.98 else self.id()
        taker = None
        if verb in (Verb.TRANSFER, Verb.CARRY_OVER):
            taker = self.chance.choice([fund_id for fund_id in self.fund_ids if fund_id != first])
        ask = Ask(
            self.id(),
            verb,
            tuple(parts),
            self.day(),
            budget_id,
            self.chance.choice((*USES, *USES, *USES[:2], None)) if verb in SPENDING else None,
            subject if takes_out or verb is Verb.COMMIT or self.chance.random() < 0.5 else None,
            pot,
            taker,
            self.chance.randint(0, parts[0][1]) if verb is Verb.ADVANCE else 0,
            expires_on=self.day() if verb is Verb.COMMIT and self.chance.random() < 0.3 else None,
        )
        held = self.books.commitments.get((subject, first))
        if verb is Verb.COMMIT and held and self.chance.random() < 0.9:
            return replace(ask, use=held.use, expires_on=held.expires_on)
        return ask

    def _pence(self, most: int) -> int:
        return self.chance.choice((1, most, self.chance.randint(1, max(most, 1)), self.chance.randint(1, max(most, 1))))

    def _reversal(self) -> Ask:
        posted = [ask for ask in self.asked[-150:] if ask.entry_id in self.books.asked and ask.verb is not Verb.REVERSE]
        if self.chance.random() < 0.1:
            posted = [ask for ask in self.asked[-150:] if not ask.flaw and len(ask.parts) == 1] or posted
        if not posted:
            return self._of_money(Verb.COMMIT)
        original = self.chance.choice(posted)
        day = original.day if self.chance.random() < 0.5 else self.day()
        flaw = "another sum" if self.chance.random() < 0.05 else None
        return replace(
            original,
            entry_id=self.id(),
            verb=Verb.REVERSE,
            reverses=original.entry_id,
            day=day,
            flaw=flaw,
            expires_on=None,
        )

    def _changed(self, ask: Ask) -> Ask:
        """The same id with something else to it."""
        (fund_id, pence), *others = ask.parts
        return self.chance.choice(
            (
                replace(ask, day=self.first_day + timedelta(days=400 + self.chance.randint(1, 99))),
                replace(ask, use="never.gambling"),
                replace(ask, subject_id=self.id()),
                replace(ask, expires_on=self.first_day + timedelta(days=500 + self.chance.randint(1, 99))),
                replace(ask, budget_id=self.id()),
                replace(ask, parts=((fund_id, pence + 1), *others)) if ask.verb is not Verb.REVERSE else ask,
            )
        )
