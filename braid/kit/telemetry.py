"""Logs, traces and metrics: one request can be followed through the events to the ledger.

No personal data goes into any of them: opaque ids and codes alone.
"""

import logging
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any

import structlog
from opentelemetry import context, propagate, trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from prometheus_client import Counter, Gauge, Histogram

_tracer = trace.get_tracer("braid")
_FAULT_OF_OURS = 500

HANDLED = Counter("braid_messages_total", "Messages by what became of them.", ["consumer", "type", "outcome"])
HANDLING_SECONDS = Histogram("braid_message_handling_seconds", "Time to handle one message.", ["consumer", "type"])
RETRIES = Counter("braid_message_retries_total", "Attempts after the first.", ["consumer", "type"])
RELAYED = Counter("braid_outbox_relayed_total", "Outbox rows handed to the transport.", ["service"])
LAG = Gauge(
    "braid_consumer_lag", "Messages on a partition that are not dealt with yet.", ["consumer", "topic", "partition"]
)
REQUEST_SECONDS = Histogram(
    "braid_http_request_seconds", "Time to answer a request.", ["service", "method", "route", "status"]
)


def current_traceparent() -> str | None:
    """W3C trace context of the span in hand, to travel with an event; None outside a trace."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier.get("traceparent")


@contextmanager
def consuming(traceparent: str | None, *, consumer: str, topic: str, event_type: str) -> Iterator[None]:
    """Continue the trace that an event carries, while a consumer handles it."""
    parent = propagate.extract({"traceparent": traceparent}) if traceparent else None
    attributes = {
        "messaging.system": "kafka",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": topic,
        "messaging.consumer.group.name": consumer,
        "braid.event_type": event_type,
    }
    with _tracer.start_as_current_span(
        f"process {event_type}", context=parent, kind=SpanKind.CONSUMER, attributes=attributes
    ):
        yield


@contextmanager
def serving(service: str, method: str, headers: Mapping[str, str]) -> Iterator[Span]:
    """Continue the trace that a request carries, while it is answered; ``served`` says at the end what it was.

    An address has ids of people in it, a search their names, an error what they wrote: none is told.
    """
    attributes = {"http.request.method": method, "braid.service": service}
    span = _tracer.start_span(method, propagate.extract(headers), SpanKind.SERVER, attributes)
    with _in_hand(span):
        yield span


def served(span: Span, method: str, route: str, status: int) -> None:
    """Name a request's span by its route, and say how it was answered."""
    span.update_name(f"{method} {route}")
    span.set_attribute("http.route", route)
    span.set_attribute("http.response.status_code", status)
    if status >= _FAULT_OF_OURS:
        span.set_status(Status(StatusCode.ERROR))


@contextmanager
def asking(service: str, method: str, headers: MutableMapping[str, str]) -> Iterator[None]:
    """Ask another service within the trace in hand, which the request's headers carry on."""
    attributes = {"http.request.method": method, "server.address": service}
    span = _tracer.start_span(f"{method} {service}", kind=SpanKind.CLIENT, attributes=attributes)
    with _in_hand(span):
        propagate.inject(headers)
        try:
            yield
        except Exception:
            span.set_status(Status(StatusCode.ERROR))
            raise


@contextmanager
def _in_hand(span: Span) -> Iterator[None]:
    """Make a span the current one until it ends; the library's own way to do that takes three times as long."""
    before = context.attach(trace.set_span_in_context(span))
    try:
        yield
    finally:
        context.detach(before)
        span.end()


def start_tracing(otlp_endpoint: str | None, *, service: str) -> TracerProvider:
    """Set the process's tracer; spans leave it only where a collector's address is given."""
    # Spans that nobody collects record nothing; they still have the ids by which logs are joined.
    sampler = ALWAYS_ON if otlp_endpoint else ALWAYS_OFF
    provider = TracerProvider(resource=Resource.create({"service.name": f"braid-{service}"}), sampler=sampler)
    if otlp_endpoint:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{otlp_endpoint.rstrip('/')}/v1/traces")))
    trace.set_tracer_provider(provider)
    return provider


def start_logging(log_format: str, level: str) -> None:
    """Structured logs to standard error: one JSON object a line, or readable lines for a terminal."""
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    final: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if log_format == "json":
        final.append(structlog.processors.format_exc_info)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[*final, renderer]))
    root = logging.getLogger()
    root.handlers = [handler]
    # No line tells where it was written, and finding that out takes long (Python's logging HOWTO, "Optimization").
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None
    root.setLevel(level.upper())
    # One line a request is our own affair; these would say it twice, with addresses in it.
    for noisy in ("uvicorn.access", "httpx", "httpcore", "aiokafka"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _add_trace(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    place = trace.get_current_span().get_span_context()
    if place.is_valid:
        event["trace_id"] = f"{place.trace_id:032x}"
        event["span_id"] = f"{place.span_id:016x}"
    return event
