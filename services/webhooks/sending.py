"""Sending what is in line: taken by a lease, posted, and its outcome written down, each in a transaction of its own.

It may be killed at any moment. Before anything leaves, the attempt and the disclosure are committed; a lease whose
sender died runs out, and the message goes again under the same id. Several senders work side by side: none takes what
another holds. One person's messages to one subscription go one after the other, in the order of their numbers.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from secrets import SystemRandom
from time import perf_counter

import structlog

from braid.kit.outage import is_outage
from braid.kit.service import ServiceRuntime
from braid.kit.unit_of_work import UnitOfWork, UnitOfWorkFactory
from services.webhooks import deliveries, line
from services.webhooks.domain import messages, schedule, signing
from services.webhooks.domain.targets import TargetRefused, Where, target_of
from services.webhooks.line import InHand
from services.webhooks.measures import ATTEMPTS
from services.webhooks.posting import Answer, Outcome, Postman
from services.webhooks.sealing import CannotBeOpened, Seal, seal_of
from services.webhooks.settings import SendingSettings, WebhookSettings

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 1.0
_CHANCE = SystemRandom()
#: Longer than the longest attempt with its transactions; what a dead sender held comes again after it.
LEASE = timedelta(seconds=90)
SWEEP_EVERY = timedelta(minutes=10)


class Moment(StrEnum):
    """Moments in the life of an attempt; tests kill the process at each of them."""

    TAKEN = "taken"
    POSTED = "posted"
    WRITTEN = "written"


class Sender:
    """Sends webhooks until it is stopped.

    Args:
        units: units of work of this process.
        seal: opens receivers' secrets.
        postman: posts.
        where: what may be called.
        settings: how much at once.
        look_every_s: longest wait before the next look, in seconds.
        chance: a number from 0 to 1, drawn for each wait.
        on_moment: told of each moment of an attempt.
    """

    def __init__(
        self,
        units: UnitOfWorkFactory,
        seal: Seal,
        postman: Postman,
        where: Where,
        *,
        settings: SendingSettings | None = None,
        look_every_s: float = LOOK_EVERY_S,
        chance: Callable[[], float] = _CHANCE.random,
        on_moment: Callable[[Moment], None] = lambda _moment: None,
    ) -> None:
        self._units, self._seal, self._postman, self._where = units, seal, postman, where
        self._settings = settings or SendingSettings()
        self._look_every_s = look_every_s
        self._chance = chance
        self._on_moment = on_moment
        self._stopping = asyncio.Event()
        self._swept_at: datetime | None = None
        self.turned_at: datetime | None = None

    def stop(self) -> None:
        """Finish what is in hand and end."""
        self._stopping.set()

    async def run(self) -> None:
        """Send until stopped; a database that goes away is waited for."""
        in_hand: set[asyncio.Task[None]] = set()
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            while not stopping.done():
                taken = await self._turn(self._settings.at_once - len(in_hand))
                in_hand |= {asyncio.create_task(self._send_safely(one)) for one in taken}
                self.turned_at = self._units.clock()
                await asyncio.wait(
                    {stopping, *in_hand}, timeout=self._look_every_s, return_when=asyncio.FIRST_COMPLETED
                )
                in_hand = {task for task in in_hand if not task.done()}
        finally:
            stopping.cancel()
            if in_hand:
                await asyncio.wait(in_hand)

    async def _turn(self, most: int) -> list[InHand]:
        try:
            await self._sweep()
            return await self.take(most)
        except Exception as error:
            # Whatever failed, all is still in line: nothing is lost by looking again.
            log.warning("webhooks_not_taken", error=type(error).__name__, outage=is_outage(error))
            return []

    async def take(self, most: int) -> list[InHand]:
        """Take what is due, as much as that, for this sender alone."""
        if most < 1:
            return []
        async with self._units.for_council("") as work:
            councils = await line.councils_due(work)
        taken: list[InHand] = []
        for council in councils:
            async with self._units.for_council(council) as work:
                taken += await line.take(work, most - len(taken), lease=LEASE, each=self._settings.at_once_each)
                await work.commit()
        for _ in taken:
            self._on_moment(Moment.TAKEN)
        return taken

    async def send_all_due(self) -> int:
        """Send everything that is due now, one turn after the other; return how many attempts that were."""
        sent = 0
        while taken := await self.take(self._settings.at_once):
            await asyncio.gather(*(self.send(one) for one in taken))
            sent += len(taken)
        return sent

    async def _send_safely(self, one: InHand) -> None:
        try:
            await self.send(one)
        except Exception as error:
            # Its lease runs out, and it goes again under the same id.
            log.warning("webhook_outcome_not_written", delivery=str(one.delivery_id), error=type(error).__name__)

    async def send(self, one: InHand) -> None:
        """Post one message and write down what came of it."""
        begun = perf_counter()
        answer = await self._post(one)
        self._on_moment(Moment.POSTED)
        took_ms = round((perf_counter() - begun) * 1000)
        async with self._units.for_council(one.council) as work:
            await self._write_down(work, one, answer, took_ms)
            await work.commit()
        self._on_moment(Moment.WRITTEN)
        ATTEMPTS.labels("taken" if answer.is_taken else answer.outcome.value).inc()
        log.info(
            "webhook",
            delivery=str(one.delivery_id),
            type=one.event_type,
            attempt=one.attempt,
            outcome=answer.outcome.value,
            status=answer.status,
            ms=took_ms,
        )

    async def _post(self, one: InHand) -> Answer:
        now = self._units.clock()
        try:
            target = target_of(one.url, self._where)
            secrets = [self._seal.opened(one.subscription_id, sealed) for sealed in one.secrets]
        except TargetRefused:
            return Answer(Outcome.ADDRESS_REFUSED)
        except CannotBeOpened as error:
            log.error("webhook_secret_not_opened", error=str(error))
            return Answer(Outcome.NOT_SIGNED)
        told = {"content-type": messages.CONTENT_TYPE, "user-agent": "Braid-Webhooks/1"}
        signed = signing.headers(secrets, str(one.event_id), int(now.timestamp()), one.body)
        return await self._postman.post(target, {**told, **signed}, one.body)

    async def _write_down(self, work: UnitOfWork, one: InHand, answer: Answer, took_ms: int) -> None:
        # Held in the order in which others hold them: the person, the subscription, what is in line.
        if one.person_id is not None:
            await work.lock_person(one.person_id)
        await line.note_outcome(work, one, answer.outcome.value, answer.status, took_ms)
        if answer.is_taken:
            await line.delivered(work, one)
            return
        asked = schedule.retry_after(answer.retry_after, work.now)
        wait = schedule.wait_after(one.tries, self._chance(), asked)
        await line.failed(work, one, answer.status, due_at=work.now + wait if wait else None, hold=asked)

    async def _sweep(self) -> None:
        now = self._units.clock()
        if self._swept_at is not None and now - self._swept_at < SWEEP_EVERY:
            return
        self._swept_at = now
        await self.drop_old()

    async def drop_old(self) -> int:
        """Empty the bodies whose time is over, in every council; return how many."""
        async with self._units.for_council("") as work:
            councils = await line.councils(work)
        dropped = 0
        for council in councils:
            async with self._units.for_council(council) as work:
                dropped += await deliveries.drop_old(work)
                await work.commit()
        return dropped


def sender_of(runtime: ServiceRuntime) -> Sender:
    """The sender of a process.

    Raises:
        SettingsRefused: a setting is missing that it needs.
    """
    settings = runtime.settings
    assert isinstance(settings, WebhookSettings)
    told = settings.sending
    postman = Postman(settings.where, timeout_s=told.timeout_s, ca_file=told.ca_file)
    return Sender(runtime.units, seal_of(settings), postman, settings.where, settings=told)
