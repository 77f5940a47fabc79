"""Which services there are, and where each is declared; loaded only when a command needs it."""

from collections.abc import Mapping
from importlib import import_module

from braid.contracts.catalogue import TOPICS
from braid.kit.service import ServiceDefinition, ServiceRuntime
from braid.kit.settings import load

#: Service -> module that declares it; in the order of a budget's journey.
SERVICES: Mapping[str, str] = {
    "assessment": "services.assessment.main",
    "ras": "services.ras.main",
    "funding_streams": "services.funding_streams.main",
    "ledger": "services.ledger.main",
    "support_planning": "services.support_planning.main",
    "outcomes": "services.outcomes.main",
    "webhooks": "services.webhooks.main",
}


def definition_of(service: str) -> ServiceDefinition:
    """A service's declaration."""
    definition = import_module(SERVICES[service]).SERVICE
    assert isinstance(definition, ServiceDefinition)
    return definition


def all_definitions() -> list[ServiceDefinition]:
    """Every service, in the order of a budget's journey."""
    return [definition_of(service) for service in SERVICES]


def outside_topics_of_all() -> dict[str, tuple[str, ...]]:
    """By event type, the topics of the events that come from outside: one for every partner agency."""
    return {event_type: topics for one in all_definitions() for event_type, topics in one.outside_topics().items()}


def all_topics() -> list[str]:
    """Every topic of the platform, those of partners included, without the dead letters' own."""
    return [*TOPICS, *sorted(topic for topics in outside_topics_of_all().values() for topic in topics)]


def runtime_of(service: str) -> ServiceRuntime:
    """A service with its settings from the environment.

    Raises:
        SettingsRefused: the settings do not fit.
    """
    definition = definition_of(service)
    return ServiceRuntime(definition, load(definition.settings, definition.prefix))
