"""The operators' own kinds, as an API server is told of them: from the schemas that the manifests are held to."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.deployment.test_kubernetes import OPERATORS, SCHEMAS

Definition = Mapping[str, Any]


def definitions(manifests: Sequence[Mapping[str, Any]]) -> Iterator[Definition]:
    """A CustomResourceDefinition for each kind of an operator that the manifests have."""
    used = {(one["apiVersion"], one["kind"]) for one in manifests if one["apiVersion"].startswith(OPERATORS)}
    for api_version, kind in sorted(used):
        group, version = api_version.split("/")
        schema = json.loads((SCHEMAS / f"{group}_{kind.lower()}_{version}.json").read_text())
        yield _definition(group, kind, version, structural(schema))


def structural(schema: Any) -> Any:
    """A schema as an API server wants it.

    It knows by itself that a field which is not named is a fault, and refuses to be told so beside ``properties``; and
    what it may say of ``metadata`` is its own affair.
    """
    if isinstance(schema, list):
        return [structural(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = schema.get("additionalProperties") is False
    return {
        name: structural(value) for name, value in schema.items() if not (closed and name == "additionalProperties")
    }


def _definition(group: str, kind: str, version: str, schema: Any) -> Definition:
    plural = f"{kind.lower()}s"
    served = {"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": f"{plural}.{group}",
            # Kinds of Kubernetes' own groups are refused without the word of who agreed to them.
            "annotations": {"api-approved.kubernetes.io": "unapproved, for a suite of tests"},
        },
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"kind": kind, "listKind": f"{kind}List", "plural": plural, "singular": kind.lower()},
            "versions": [served],
        },
    }
