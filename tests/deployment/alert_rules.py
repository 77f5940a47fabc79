"""The alert rules: read, and written once more as the Prometheus operator wants them.

``python -m tests.deployment.alert_rules`` writes the manifest anew after a change of the rules.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from .delivered import ROOT
from .manifests import KUBERNETES, read

MONITORING = KUBERNETES / "components" / "monitoring"
RULES = MONITORING / "rules.yaml"
MANIFEST = MONITORING / "prometheus-rule.yaml"
RUNBOOKS = ROOT / "docs" / "runbooks"


def groups() -> Sequence[Mapping[str, Any]]:
    """Groups of rules."""
    [rules] = read(RULES.read_text())
    found: Sequence[Mapping[str, Any]] = rules["groups"]
    return found


def alerts() -> Mapping[str, Mapping[str, Any]]:
    """Alerts by name."""
    return {rule["alert"]: rule for group in groups() for rule in group["rules"]}


def manifest() -> str:
    """The rules as the Prometheus operator's kind."""
    document = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "braid"},
        "spec": {"groups": groups()},
    }
    words = yaml.safe_dump(document, sort_keys=False, width=120, allow_unicode=True)
    return f"# Written from {RULES.name} by `python -m tests.deployment.alert_rules`.\n{words}"


if __name__ == "__main__":
    Path(MANIFEST).write_text(manifest())
