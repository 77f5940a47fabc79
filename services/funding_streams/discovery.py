"""Finds the streams: every folder of ``streams/`` is one, and its package offers ``ADAPTER``.

A new stream is a new folder and nothing else.
"""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from services.funding_streams import streams
from services.funding_streams.domain.adapter import StreamAdapter
from services.funding_streams.domain.decide_all import in_order
from services.funding_streams.rule_files import rule_files


@cache
def adapters() -> tuple[StreamAdapter, ...]:
    """Return every stream's adapter, in the order in which decisions are told.

    Raises:
        KeyError: a folder has no ``stream.yaml``.
    """
    found: list[StreamAdapter] = [
        import_module(f"{streams.__name__}.{module.name}").ADAPTER for module in iter_modules(streams.__path__)
    ]
    profiles = rule_files().figures.profiles
    return tuple(sorted(found, key=lambda adapter: profiles[adapter.stream].place))


@cache
def adapters_in_order() -> tuple[StreamAdapter, ...]:
    """Return every stream's adapter, each after those it depends on."""
    return in_order(adapters())


def agency_of(stream: str) -> str | None:
    """Return the partner agency that decides on a stream; None where the council itself does.

    Raises:
        KeyError: there is no such stream.
    """
    return {adapter.stream: rule_files().figures.profiles[adapter.stream].partner for adapter in adapters()}[stream]


def streams_of(agency: str) -> tuple[str, ...]:
    """Return the streams that a partner agency decides on, in the order in which decisions are told."""
    return tuple(adapter.stream for adapter in adapters() if agency_of(adapter.stream) == agency)


def agencies() -> tuple[str, ...]:
    """Return every partner agency that decides on a stream, by name."""
    return tuple(sorted({agency for adapter in adapters() if (agency := agency_of(adapter.stream)) is not None}))
