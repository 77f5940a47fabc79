"""The body of a webhook: the event as a CloudEvent in JSON, so that its type and time are signed like its data."""

import json
from collections.abc import Mapping

CONTENT_TYPE = "application/cloudevents+json"


def body_of(attributes: Mapping[str, str], data: bytes) -> bytes:
    """A CloudEvent in structured mode (CloudEvents 1.0.2, JSON format).

    Args:
        attributes: its attributes, without the version of the specification and the type of its content.
        data: the event's data as JSON, taken over byte by byte.
    """
    envelope = {"specversion": "1.0", **attributes, "datacontenttype": "application/json"}
    return json.dumps(envelope, separators=(",", ":")).encode()[:-1] + b',"data":' + data + b"}"
