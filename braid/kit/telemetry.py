"""Traces and metrics: one request can be followed through the events to the ledger (logs: `braid.kit.logs`).

No personal data goes into any of them: opaque ids and codes alone.
"""

from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import Token
from typing import Any

from opentelemetry import context, trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import Counter, Gauge, Histogram

_tracer = trace.get_tracer("braid")
#: A trace's place alone is taken from others and told to them; "baggage" could be anything, people's names too.
_place = TraceContextTextMapPropagator()
_FAULT_OF_OURS = 500
_SAMPLED = TraceFlags(TraceFlags.SAMPLED)

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
    _place.inject(carrier)
    return carrier.get("traceparent")


@contextmanager
def consuming(traceparent: str | None, *, consumer: str, topic: str, event_type: str) -> Iterator[None]:
    """Continue the trace that an event carries, while a consumer handles it."""
    parent = _place.extract({"traceparent": traceparent}) if traceparent else None
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


def serving(service: str, method: str, headers: Mapping[str, str]) -> AbstractContextManager[Span]:
    """Continue the trace that a request carries, while it is answered; ``served`` says at the end what it was.

    An address has ids of people in it, a search their names, an error what they wrote: none is told.
    """
    parent = _place.extract(headers) if "traceparent" in headers else Context()
    attributes = {"http.request.method": method, "braid.service": service}
    return _InHand(_tracer.start_span(method, parent, SpanKind.SERVER, attributes))


def served(span: Span, method: str, route: str, status: int) -> None:
    """Name a request's span by its route, and say how it was answered."""
    span.update_name(f"{method} {route}")
    span.set_attribute("http.route", route)
    span.set_attribute("http.response.status_code", status)
    if status >= _FAULT_OF_OURS:
        span.set_status(Status(StatusCode.ERROR))


def asking(service: str, method: str, headers: MutableMapping[str, str]) -> AbstractContextManager[Span]:
    """Ask another service within the trace in hand, which the request's headers carry on."""
    attributes = {"http.request.method": method, "server.address": service}
    span = _tracer.start_span(f"{method} {service}", kind=SpanKind.CLIENT, attributes=attributes)
    return _Asking(span, headers)


class _InHand:
    """Makes a span the current one until it ends; the library's own way to do that takes three times as long."""

    def __init__(self, span: Span) -> None:
        self._span = span
        self._before: Token[Context] | None = None

    def __enter__(self) -> Span:
        self._before = context.attach(trace.set_span_in_context(self._span))
        return self._span

    def __exit__(self, _kind: object, _error: object, _trace: object) -> None:
        assert self._before is not None
        context.detach(self._before)
        self._span.end()


class _Asking(_InHand):
    """The same, for a request to another service, which is told of it and may fail."""

    def __init__(self, span: Span, headers: MutableMapping[str, str]) -> None:
        super().__init__(span)
        self._headers = headers

    def __enter__(self) -> Span:
        super().__enter__()
        _place.inject(self._headers)
        return self._span

    def __exit__(self, _kind: object, error: object, _trace: object) -> None:
        if isinstance(error, Exception):
            self._span.set_status(Status(StatusCode.ERROR))
        super().__exit__(_kind, error, _trace)


def start_tracing(otlp_endpoint: str | None, *, service: str) -> None:
    """Set the process's tracer; spans leave it only where a collector's address is given."""
    if not otlp_endpoint:
        trace.set_tracer_provider(_Uncollected())
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    provider = TracerProvider(resource=Resource.create({"service.name": f"braid-{service}"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{otlp_endpoint.rstrip('/')}/v1/traces")))
    trace.set_tracer_provider(provider)


class _Uncollected(trace.NoOpTracerProvider):
    """Of spans that nobody collects."""

    def get_tracer(self, *args: Any, **kwargs: Any) -> trace.Tracer:  # noqa: ARG002 (as the library names them)
        return _Joining()


class _Joining(trace.NoOpTracer):
    """Makes spans that record nothing, and have the ids by which logs are joined.

    Whether a trace is recorded elsewhere is for whoever began it to say; of ours, whoever has a collector records all.
    """

    _ids = RandomIdGenerator()

    def start_span(self, name: str, context: Context | None = None, *args: Any, **kwargs: Any) -> Span:  # noqa: ARG002
        parent = trace.get_current_span(context).get_span_context()
        if parent.is_valid:
            trace_id, flags = parent.trace_id, parent.trace_flags
        else:
            trace_id, flags = self._ids.generate_trace_id(), _SAMPLED
        return NonRecordingSpan(SpanContext(trace_id, self._ids.generate_span_id(), False, flags, parent.trace_state))
