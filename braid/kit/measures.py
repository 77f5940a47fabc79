"""Gauges that only the database knows: what waits, how long, and what a service counts of its own.

The operations role asks, through the process that relays the service's outbox: one each, so that nothing is counted
twice. A gauge is worked out when Prometheus fetches, so that it is never older than its measure's ``every_s``.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog
from prometheus_client import Gauge
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

log = structlog.get_logger(__name__)

#: Longest time that one answer to Prometheus waits for all measures together, in seconds.
ANSWER_WITHIN_S = 5.0

WORKS = Gauge("braid_measure_works", "Whether a measure could last be taken: 1, else 0.", ["service", "measure"])
_OUTBOX_PENDING = Gauge("braid_outbox_pending", "Events not yet relayed.", ["service"])
_OUTBOX_AGE = Gauge("braid_outbox_age_seconds", "Age of the oldest event not yet relayed; 0 if none.", ["service"])
_DEAD_LETTERS = Gauge(
    "braid_dead_letters_waiting", "Dead letters that nobody has mended yet.", ["service", "consumer", "topic"]
)
_DEAD_LETTER_AGE = Gauge(
    "braid_dead_letter_age_seconds", "Age of the oldest dead letter that waits.", ["service", "consumer", "topic"]
)
_PARKED_KEYS = Gauge(
    "braid_parked_keys", "People whose later messages wait behind a dead letter.", ["service", "consumer", "topic"]
)


@dataclass(frozen=True)
class Measure:
    """A query of the operations' role, and the gauges that its rows are told in.

    Args:
        name: as `braid_measure_works` calls it.
        query: its columns are the labels and the gauges.
        gauges: by column; each has the label ``service`` first and then ``labels``.
        labels: columns that tell rows apart. Never an id of a person or of anything of theirs.
        every_s: least time between two looks, in seconds; for queries that read much.
    """

    name: str
    query: str
    gauges: Mapping[str, Gauge]
    labels: tuple[str, ...] = ()
    every_s: float = 0.0


#: What every service has.
OF_MESSAGES = (
    Measure(
        "outbox",
        "SELECT count(*) AS pending, coalesce(extract(epoch FROM clock_timestamp() - min(recorded_at)), 0) AS age"
        " FROM outbox WHERE published_at IS NULL",
        {"pending": _OUTBOX_PENDING, "age": _OUTBOX_AGE},
    ),
    Measure(
        "dead_letters",
        "SELECT consumer, topic, count(*) AS waiting, extract(epoch FROM clock_timestamp() - min(recorded_at)) AS age"
        " FROM dead_letter WHERE resolved_at IS NULL GROUP BY consumer, topic",
        {"waiting": _DEAD_LETTERS, "age": _DEAD_LETTER_AGE},
        labels=("consumer", "topic"),
    ),
    Measure(
        "parked_keys",
        "SELECT consumer, topic, count(*) AS parked FROM parked_key GROUP BY consumer, topic",
        {"parked": _PARKED_KEYS},
        labels=("consumer", "topic"),
    ),
)


class Measures:
    """Takes the measures of one service.

    Args:
        service: name for labels and logs.
        ops: engine of the operations role.
        measures: beside those of messages.
    """

    def __init__(self, service: str, ops: AsyncEngine, measures: Sequence[Measure] = ()) -> None:
        self._service = service
        self._ops = ops
        self._taken = [_Taken(measure) for measure in (*OF_MESSAGES, *measures)]
        self._turn = asyncio.Lock()

    async def take(self) -> None:
        """Bring the gauges up to date; one that cannot be is taken away, since an old figure would calm wrongly."""
        with suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_WITHIN_S), self._turn:
                for taken in self._taken:
                    if taken.is_due(asyncio.get_running_loop().time()):
                        await self._take(taken)

    async def _take(self, taken: "_Taken") -> None:
        name = taken.measure.name
        works = WORKS.labels(self._service, name)
        works.set(0)
        try:
            async with self._ops.connect() as db:
                rows = (await db.execute(text(taken.measure.query))).mappings().all()
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("measure_failed", service=self._service, measure=name, error=type(error).__name__)
            taken.forget(self._service)
        except asyncio.CancelledError:
            # Time is up: whoever asked is answered without it.
            taken.forget(self._service)
            raise
        else:
            labels = taken.measure.labels
            taken.tell(self._service, {tuple(str(row[label]) for label in labels): dict(row) for row in rows})
            taken.at = asyncio.get_running_loop().time()
            works.set(1)


@dataclass
class _Taken:
    """A measure, when it was last taken, and the rows that its gauges stand for."""

    measure: Measure
    at: float | None = None
    rows: set[tuple[str, ...]] = field(default_factory=set)

    def is_due(self, now: float) -> bool:
        return self.at is None or now - self.at >= self.measure.every_s

    def tell(self, service: str, rows: Mapping[tuple[str, ...], Mapping[str, float]]) -> None:
        """Set the gauges, and take away what is no more. Gauges of other services in the process are left alone."""
        for column, gauge in self.measure.gauges.items():
            for gone in self.rows - set(rows):
                gauge.remove(service, *gone)
            for labels, row in rows.items():
                gauge.labels(service, *labels).set(float(row[column]))
        self.rows = set(rows)

    def forget(self, service: str) -> None:
        """Tell nothing, and be due again at once."""
        self.tell(service, {})
        self.at = None
