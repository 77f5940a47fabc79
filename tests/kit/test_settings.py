"""Settings are refused with one clear line a fault, and never guessed."""

import os
from collections.abc import Mapping
from unittest import mock

import pytest
from pydantic import ValidationError

from braid.kit.settings import ServiceSettings, SettingsRefused, load, required

GOOD = {
    "EXAMPLE_ENVIRONMENT": "test",
    "EXAMPLE_DATABASE__URL": "postgresql://app:secret@db/example",
    "EXAMPLE_KAFKA__BOOTSTRAP": "broker:9092",
}


def read(environment: Mapping[str, str]) -> ServiceSettings:
    with mock.patch.dict(os.environ, environment):
        return load(ServiceSettings, "EXAMPLE_")


def lines_of_refusal(environment: Mapping[str, str]) -> list[str]:
    with pytest.raises(SettingsRefused) as refused:
        read(environment)
    return [line.strip() for line in str(refused.value).splitlines()]


def test_good_settings_are_read() -> None:
    settings = read({**GOOD, "EXAMPLE_DATABASE__POOL_SIZE": "7"})
    assert settings.environment == "test"
    assert settings.database.pool_size == 7
    assert required(settings.database.url, "EXAMPLE_DATABASE__URL") == "postgresql://app:secret@db/example"
    assert settings.kafka
    assert settings.kafka.bootstrap == "broker:9092"
    assert settings.http.port == 8000


def test_variables_of_others_are_no_concern() -> None:
    read({**GOOD, "PATH": "/bin", "LEDGER_ENVIRONMENT": "nonsense"})


def test_a_misspelt_setting_is_refused_by_name() -> None:
    assert lines_of_refusal({**GOOD, "EXAMPLE_ENVIROMENT": "test"}) == ["Unknown settings: EXAMPLE_ENVIROMENT"]


def test_a_misspelt_setting_inside_a_group_is_refused_by_name() -> None:
    lines = lines_of_refusal({**GOOD, "EXAMPLE_KAFKA__BOOTSTRAPS": "broker:9092"})
    assert lines == ["Settings refused:", "EXAMPLE_KAFKA__BOOTSTRAPS: Extra inputs are not permitted"]


def test_a_missing_setting_is_named() -> None:
    without = {name: value for name, value in GOOD.items() if name != "EXAMPLE_ENVIRONMENT"}
    assert lines_of_refusal(without) == ["Settings refused:", "EXAMPLE_ENVIRONMENT: Field required"]


def test_a_variable_without_our_prefix_sets_nothing() -> None:
    others = {"ENVIRONMENT": "production", "HTTP__PORT": "1"}
    without = {name: value for name, value in GOOD.items() if name != "EXAMPLE_ENVIRONMENT"}
    assert lines_of_refusal(without | others) == ["Settings refused:", "EXAMPLE_ENVIRONMENT: Field required"]
    assert read(GOOD | others).http.port == 8000


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("EXAMPLE_ENVIRONMENT", "staging", "Input should be 'local', 'test' or 'production'"),
        ("EXAMPLE_HTTP__PORT", "70000", "Input should be less than or equal to 65535"),
        ("EXAMPLE_DATABASE__POOL_SIZE", "0", "Input should be greater than or equal to 1"),
        ("EXAMPLE_DATABASE__POOL_SIZE", "many", "Input should be a valid integer"),
        ("EXAMPLE_KAFKA__SESSION_TIMEOUT_MS", "10", "Input should be greater than or equal to 1000"),
        ("EXAMPLE_KAFKA__UNDONE", "yesterday", "Value error, Invalid isoformat string: 'yesterday'"),
        (
            "EXAMPLE_KAFKA__UNDONE",
            "2026-11-22T10:00:00Z/2026-11-22T13:30:00",
            "Value error, '2026-11-22T10:00:00Z/2026-11-22T13:30:00' is not two moments with their zone and a slash"
            " between them",
        ),
        (
            "EXAMPLE_KAFKA__UNDONE",
            "2026-11-22T10:00:00Z/2026-11-22T09:30:00Z",
            "Value error, '2026-11-22T10:00:00Z/2026-11-22T09:30:00Z' ends before it begins",
        ),
    ],
)
def test_a_setting_out_of_range_is_refused(name: str, value: str, complaint: str) -> None:
    heading, line = lines_of_refusal({**GOOD, name: value})
    assert heading == "Settings refused:"
    assert line.startswith(f"{name}: {complaint}")


def test_a_group_that_is_given_as_one_value_is_refused() -> None:
    assert lines_of_refusal({**GOOD, "EXAMPLE_HTTP": "everywhere"})[1].startswith("EXAMPLE_HTTP")


def test_each_fault_has_a_line_of_its_own() -> None:
    lines = lines_of_refusal({"EXAMPLE_ENVIRONMENT": "staging", "EXAMPLE_HTTP__PORT": "-1"})
    assert [line.split(":")[0] for line in lines] == [
        "Settings refused",
        "EXAMPLE_ENVIRONMENT",
        "EXAMPLE_DATABASE",
        "EXAMPLE_HTTP__PORT",
    ]


def test_a_refusal_does_not_show_a_secret() -> None:
    refusal = lines_of_refusal({**GOOD, "EXAMPLE_DATABASE__URLS": "postgresql://app:secret@db/example"})
    assert "secret" not in "\n".join(refusal)


def test_settings_do_not_show_or_change_their_secrets() -> None:
    settings = read(GOOD)
    assert "secret" not in repr(settings)
    with pytest.raises(ValidationError):
        settings.environment = "production"  # type: ignore[misc]


def test_a_command_says_which_setting_it_cannot_do_without() -> None:
    with pytest.raises(SettingsRefused, match="EXAMPLE_DATABASE__OWNER_URL: this command needs it"):
        required(read(GOOD).database.owner_url, "EXAMPLE_DATABASE__OWNER_URL")
