"""Every event has one service that publishes it, and every topic that is consumed has a producer."""

import ast
from collections import defaultdict

from braid.command_line.services import SERVICES, all_definitions
from braid.contracts.catalogue import EVENTS, PARTNER_EVENTS, TOPICS
from tests.architecture.source import modules

#: Events that no service handles, each with its reader outside.
READ_OUTSIDE = {
    "uk.braid.budget.fund-opened.v1": "outcomes, and partner systems that follow a budget",
    "uk.braid.budget.fund-closed.v1": "outcomes, and partner systems that follow a budget",
    "uk.braid.budget.alert-cleared.v1": "case-management systems that tell a worker",
    "uk.braid.plan.step-overdue.v1": "case-management systems that remind whoever is waited for",
    "uk.braid.plan.decision-challenged.v1": "case-management systems that tell whoever decided, and partner agencies",
    "uk.braid.plan.challenge-answered.v1": "case-management systems that tell the person and whoever helps them",
    "uk.braid.review.due.v1": "case-management systems that remind people of a review",
}


def publishers() -> dict[str, set[str]]:
    """Event type -> services whose code makes such an event. What partners tell, services read and do not make."""
    by_name = {event.__name__: event.TYPE for event in EVENTS.values() if event.TYPE not in PARTNER_EVENTS}
    made: dict[str, set[str]] = defaultdict(set)
    for service in SERVICES:
        for path, tree in modules(f"services/{service}"):
            if not path.endswith("api.py"):
                for name in _made_in(tree):
                    if name in by_name:
                        made[by_name[name]].add(service)
    return made


def _made_in(tree: ast.Module) -> set[str]:
    made = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func.value if isinstance(node.func, ast.Attribute) else node.func
            if isinstance(function, ast.Name):
                made.add(function.id)
    return made


def test_every_event_is_published_by_exactly_one_service() -> None:
    made = publishers()

    own = set(EVENTS) - PARTNER_EVENTS
    assert {event_type: len(made[event_type]) for event_type in own} == dict.fromkeys(own, 1)


def test_every_topic_belongs_to_one_publisher() -> None:
    made = publishers()
    by_topic: dict[str, set[str]] = defaultdict(set)
    for event_type, services in made.items():
        by_topic[EVENTS[event_type].TOPIC] |= services

    assert {topic: len(services) for topic, services in by_topic.items()} == dict.fromkeys(TOPICS, 1)


def test_every_consumed_event_is_known_and_has_a_producer() -> None:
    made = publishers()
    consumed = {event_type for definition in all_definitions() for event_type in definition.handlers}

    known = {event_type for event_type in EVENTS if made[event_type] or event_type in PARTNER_EVENTS}
    assert consumed - known == set()


def test_every_event_has_a_reader() -> None:
    # Webhooks pass on whatever somebody subscribes to, and read nothing of it.
    reading = [definition for definition in all_definitions() if definition.name != "webhooks"]
    consumed = {event_type for definition in reading for event_type in definition.handlers}

    assert set(EVENTS) - consumed == set(READ_OUTSIDE)
