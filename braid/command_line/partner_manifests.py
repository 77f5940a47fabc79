"""The Kubernetes objects that follow from which partner agencies there are: their topics, their users, and our rights.

They are written and committed like the other documents that follow from the code, and a test holds them to it: a new
agency is one command and no edit.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import typer

from braid.contracts.catalogue import dead_letter_topic
from braid.contracts.partner import partner_topic

BASE = Path(__file__).parent.parent.parent / "deploy" / "k8s" / "base"

_HEAD = """\
# Written by `braid topics manifests` from the agencies that the streams name; do not edit.
# Each agency writes to its own topic, reads what came back from it, and can do nothing else.
"""

_TOPIC = """\
---
apiVersion: kafka.strimzi.io/v1
kind: KafkaTopic
metadata:
  name: {topic}
  labels:
    strimzi.io/cluster: braid
spec:
  partitions: 6
  replicas: 3
  config:
    cleanup.policy: delete
    retention.ms: {kept_ms}
    min.insync.replicas: 2
"""

_USER = """\
---
apiVersion: kafka.strimzi.io/v1
kind: KafkaUser
metadata:
  name: partner-{agency}
  labels:
    strimzi.io/cluster: braid
    app.kubernetes.io/component: partner
spec:
  authentication:
    type: tls
  authorization:
    type: simple
    acls:
      - resource: {{type: topic, name: {topic}, patternType: literal}}
        operations: [Describe, Write]
      - resource: {{type: topic, name: {dead_letters}, patternType: literal}}
        operations: [Describe, Read]
      - resource: {{type: group, name: partner.{agency}, patternType: literal}}
        operations: [Describe, Read]
"""

#: As the platform's own topics: 30 days, dead letters 90.
_KEPT_MS, _DEAD_LETTERS_KEPT_MS = 2_592_000_000, 7_776_000_000


def partner_manifests(agencies: Sequence[str]) -> Mapping[Path, str]:
    """Content of each file that follows from the agencies."""
    topics = [partner_topic(agency) for agency in agencies]
    rights_of = BASE / "services" / "funding-streams"
    return {
        BASE / "kafka" / "partners.yaml": _HEAD + "".join(_objects(agency) for agency in agencies),
        rights_of / "partner-rights-of-consumer.json": _patch(topics, "Read"),
        rights_of / "partner-rights-of-relay.json": _patch([dead_letter_topic(topic) for topic in topics], "Write"),
    }


def _objects(agency: str) -> str:
    topic = partner_topic(agency)
    dead_letters = dead_letter_topic(topic)
    return (
        _TOPIC.format(topic=topic, kept_ms=_KEPT_MS)
        + _TOPIC.format(topic=dead_letters, kept_ms=_DEAD_LETTERS_KEPT_MS)
        + _USER.format(agency=agency, topic=topic, dead_letters=dead_letters)
    )


def _patch(topics: Sequence[str], operation: str) -> str:
    """Rights to add to those that a user of ours has, as a JSON patch."""
    rights = [
        {
            "op": "add",
            "path": "/spec/authorization/acls/-",
            "value": {
                "resource": {"type": "topic", "name": topic, "patternType": "literal"},
                "operations": ["Describe", operation],
            },
        }
        for topic in topics
    ]
    return json.dumps(rights, indent=2) + "\n"


def write() -> None:
    """Write the committed files."""
    from services.funding_streams.discovery import agencies

    for file, content in partner_manifests(agencies()).items():
        file.write_text(content)
        typer.echo(f"wrote {file.name}")
