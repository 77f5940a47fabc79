"""Structured logs, joined by the request and the trace that they belong to.

No personal data goes into them: opaque ids and codes alone.
"""

import json
import logging
import sys
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from typing import Any

import structlog
from opentelemetry import trace

from braid.kit.origin import current_origin


def start_logging(log_format: str, level: str) -> None:
    """Structured logs to standard error: one JSON object a line, or readable lines for a terminal.

    Our own lines are drawn and written at once; what libraries say by way of Python's logging is drawn by the same
    hand. By that way too, ours would take three times as long.
    """
    shared: list[Any] = [
        _add_request,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
    ]
    drawn: list[Any] = (
        [structlog.processors.format_exc_info, _as_json]
        if log_format == "json"
        else [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
    )
    structlog.configure(
        processors=[*shared, *drawn],
        logger_factory=_StandardError,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    final = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *drawn]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=final))
    root = logging.getLogger()
    root.handlers = [handler]
    # No line tells where it was written, and finding that out takes long (Python's logging HOWTO, "Optimization").
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None
    root.setLevel(level.upper())
    # One line a request is our own affair; these would say it twice, with addresses in it.
    for noisy in ("uvicorn.access", "httpx", "httpcore", "aiokafka"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


class _StandardError:
    """Takes the drawn lines of one logger; as with Python's logging, one that cannot be written stops nobody's work."""

    def __init__(self, name: str | None = None) -> None:
        self.name = name

    def info(self, line: str) -> None:
        # The disk is full, or nobody reads: there is nowhere left to say so.
        with suppress(OSError, ValueError):
            sys.stderr.write(f"{line}\n")

    debug = warning = error = critical = info


_json = json.JSONEncoder(default=repr)


def _as_json(_logger: Any, _method: str, event: Mapping[str, Any]) -> str:
    return _json.encode(event)


def _add_request(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    if origin := current_origin():
        event["request_id"] = origin.request_id
    return event


def _add_trace(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    place = trace.get_current_span().get_span_context()
    if place.is_valid:
        event["trace_id"] = f"{place.trace_id:032x}"
        event["span_id"] = f"{place.span_id:016x}"
    return event
