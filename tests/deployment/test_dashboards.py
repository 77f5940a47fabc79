"""Dashboards: each question on them is one that Prometheus understands, about metrics that there are."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from .alert_rules import MONITORING
from .manifests import read
from .test_alerts import needs_promtool, promtool, unknown_metrics

DASHBOARDS = MONITORING / "dashboards"


@cache
def dashboards() -> Mapping[str, Mapping[str, Any]]:
    """Dashboards by file."""
    return {path.name: json.loads(path.read_text()) for path in sorted(DASHBOARDS.glob("*.json"))}


def expressions() -> Iterator[tuple[str, str]]:
    """Every question, with the panel that asks it."""
    for file, dashboard in dashboards().items():
        for panel in dashboard["panels"]:
            for target in panel["targets"]:
                yield f"{file}: {panel['title']}", target["expr"]


def test_every_question_is_about_metrics_that_there_are() -> None:
    assert {panel: unknown for panel, asked in expressions() if (unknown := unknown_metrics(asked))} == {}


@needs_promtool
def test_prometheus_understands_every_question(tmp_path: Path) -> None:
    rules = [{"record": f"panel:{number}", "expr": asked} for number, (_, asked) in enumerate(expressions())]
    (tmp_path / "panels.yaml").write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))

    assert f"{len(rules)} rules found" in promtool("check", "rules", "panels.yaml", cwd=tmp_path)


def test_each_dashboard_and_panel_can_be_told_from_the_others_and_reads_from_the_one_source() -> None:
    assert len({dashboard["uid"] for dashboard in dashboards().values()}) == len(dashboards()) == 4
    for dashboard in dashboards().values():
        ids = [panel["id"] for panel in dashboard["panels"]]
        assert len(set(ids)) == len(ids)
        for panel in dashboard["panels"]:
            assert {target["datasource"]["uid"] for target in panel["targets"]} == {"prometheus"}
            assert panel["title"]
            assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24


@pytest.mark.parametrize("wanted", ["lag", "handling_seconds", "retries", "dead_letters", "outbox_age", "parked_keys",
    "debits_less_credits", "proved_to_sequence", "agreed_to_budget", "funds_open", "awards_indicative"])  # fmt: skip
def test_what_operations_must_see_is_on_a_dashboard(wanted: str) -> None:
    assert any(wanted in asked for _, asked in expressions())


def test_every_dashboard_reaches_the_cluster() -> None:
    [kustomization] = read((MONITORING / "kustomization.yaml").read_text())
    [made] = kustomization["configMapGenerator"]

    assert {Path(file).name for file in made["files"]} == set(dashboards())
