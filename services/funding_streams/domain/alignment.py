"""Alignment: which facts each stream still lacks, and which it no longer needs, whatever the answer."""

from dataclasses import dataclass

from services.funding_streams.domain.adapter import StreamAdapter
from services.funding_streams.domain.decision import Decision, Status
from services.funding_streams.domain.facts import Facts


@dataclass(frozen=True)
class Alignment:
    """One stream's need of facts, given those that are known.

    Args:
        lacks: facts without which it cannot be decided; nothing where it is decided.
        needless: facts that may matter on that day, are not known, and make no difference given what is.
        knows: facts that may matter on that day and are known.
    """

    stream: str
    label: str
    decided_by: str
    status: Status
    lacks: tuple[str, ...]
    needless: tuple[str, ...]
    knows: tuple[str, ...]


def aligned(adapter: StreamAdapter, decision: Decision, facts: Facts) -> Alignment:
    """Return what a stream lacks after a decision on these facts; each in the order in which the stream names them."""
    needs = adapter.needs(decision.rules_as_of)
    lacks = decision.missing_facts
    return Alignment(
        stream=decision.stream,
        label=decision.stream_label,
        decided_by=decision.decided_by,
        status=decision.status,
        lacks=lacks,
        needless=tuple(name for name in facts.absent(needs) if name not in lacks),
        knows=tuple(name for name in needs if name in facts.values),
    )
