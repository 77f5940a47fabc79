"""Alerts: each fires when it must and stays quiet when it must, on metrics that there are, and says what to do.

Rules are run by promtool itself. Where it is not installed those tests are skipped, save on the build server.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from prometheus_client import REGISTRY

import services.funding_streams.measures
import services.ledger.measures
import services.ledger.proof
import services.support_planning.waiting_times
import services.webhooks.measures  # noqa: F401 - loaded for the metrics that they declare
from braid.kit import measures

from .alert_rules import MANIFEST, RULES, RUNBOOKS, alerts, groups, manifest
from .delivered import ROOT

TESTS = Path(__file__).parent / "alerts"
PROMTOOL = shutil.which("promtool")
needs_promtool = pytest.mark.skipif(
    PROMTOOL is None and not os.environ.get("CI"), reason="promtool is not installed: apt-get install prometheus"
)
_METRIC = re.compile(r"\bbraid_[a-z_]+")
_SUFFIXES = ("_bucket", "_count", "_sum", "_total", "_created")


def declared() -> set[str]:
    """Names of our metrics as Prometheus stores them, with each of their parts."""
    assert measures.OF_MESSAGES
    bases = {metric.name for metric in REGISTRY.collect() if metric.name.startswith("braid_")}
    return {base + suffix for base in bases for suffix in ("", *_SUFFIXES)}


def unknown_metrics(text: str) -> set[str]:
    """Metrics of ours that a text names and no code declares."""
    return set(_METRIC.findall(text)) - declared()


def promtool(*arguments: str, cwd: Path) -> str:
    """Run promtool; it must succeed."""
    assert PROMTOOL, "the build server must have promtool"
    ended = subprocess.run([PROMTOOL, *arguments], cwd=cwd, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    """A folder with the rules, their annotations left out: figures are tested here, and not words."""
    bare = {
        "groups": [
            {**group, "rules": [{k: v for k, v in rule.items() if k != "annotations"} for rule in group["rules"]]}
            for group in groups()
        ]
    }
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump(bare))
    for file in TESTS.glob("*.yaml"):
        shutil.copy(file, tmp_path)
    return tmp_path


@needs_promtool
def test_promtool_takes_the_rules_with_their_words() -> None:
    assert f"{len(alerts())} rules found" in promtool("check", "rules", str(RULES), cwd=ROOT)


@needs_promtool
def test_prometheus_takes_its_configuration_of_a_desk() -> None:
    assert "SUCCESS" in promtool(
        "check", "config", "--syntax-only", "deploy/compose/prometheus/prometheus.yaml", cwd=ROOT
    )


@needs_promtool
@pytest.mark.parametrize("file", sorted(path.name for path in TESTS.glob("*.yaml")))
def test_each_alert_fires_on_figures_that_call_for_it_and_on_no_others(bench: Path, file: str) -> None:
    assert "SUCCESS" in promtool("test", "rules", file, cwd=bench)


@needs_promtool
def test_a_rule_that_was_loosened_is_found(bench: Path) -> None:
    rules = bench / "rules.yaml"
    rules.write_text(rules.read_text().replace("braid_outbox_age_seconds) > 60", "braid_outbox_age_seconds) > 6000"))

    with pytest.raises(AssertionError, match="BraidOutboxOld"):
        promtool("test", "rules", "events.yaml", cwd=bench)


def cases() -> Iterator[tuple[str, bool]]:
    """Each alert that is looked at in a test, and whether it must fire then."""
    for file in TESTS.glob("*.yaml"):
        for test in yaml.safe_load(file.read_text())["tests"]:
            for case in test["alert_rule_test"]:
                yield case["alertname"], bool(case["exp_alerts"])


def test_every_alert_is_seen_to_fire() -> None:
    assert {name for name, fires in cases() if fires} == set(alerts())


def test_rules_and_tests_are_about_metrics_that_there_are() -> None:
    texts = [RULES, *TESTS.glob("*.yaml")]

    assert {path.name: unknown for path in texts if (unknown := unknown_metrics(path.read_text()))} == {}
    assert unknown_metrics("braid_outbox_agee_seconds") == {"braid_outbox_agee_seconds"}


def test_the_operators_manifest_says_the_same() -> None:
    assert MANIFEST.read_text() == manifest()


def test_every_alert_says_what_is_wrong_how_soon_to_act_and_where_it_stands_what_to_do() -> None:
    for name, rule in alerts().items():
        assert rule["labels"]["severity"] in ("page", "ticket"), name
        assert set(rule["annotations"]) == {"summary", "description", "runbook"}, name
        assert (ROOT / rule["annotations"]["runbook"]).is_file(), name


def test_every_runbook_is_of_an_alert() -> None:
    written = {f"docs/runbooks/{path.name}" for path in RUNBOOKS.glob("*.md") if path.name != "README.md"}

    assert written == {rule["annotations"]["runbook"] for rule in alerts().values()}


def test_nobody_is_named_by_a_label() -> None:
    """Labels of every metric of ours; an id of a person, an award or a budget would be one series for each."""
    assert measures.OF_MESSAGES
    collectors = {collector for name, collector in REGISTRY._names_to_collectors.items() if name.startswith("braid_")}
    labels = {label for collector in collectors for label in getattr(collector, "_labelnames", ())}

    assert labels == {
        "consumer", "council", "found", "measure", "method", "outcome", "partition", "route", "service", "status",
        "stream", "topic", "type",
    }  # fmt: skip
