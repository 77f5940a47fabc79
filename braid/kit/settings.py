"""Settings from the environment: typed, frozen, and refused when one is unknown, missing or out of range.

pydantic-settings passes over a misspelt variable even with ``extra="forbid"``, so unknown ones are looked for here.
"""

import os
from ipaddress import ip_network
from typing import Literal, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from braid.kit.undone_times import undone_times


class SettingsPart(BaseModel):
    """A group of settings; an unknown one inside is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DatabaseSettings(SettingsPart):
    """Addresses of the service's database, one for each role; a command needs only its own."""

    url: SecretStr | None = Field(None, description="As the application's role: requests and events.")
    ops_url: SecretStr | None = Field(None, description="As the operations role: relay and dead letters.")
    owner_url: SecretStr | None = Field(None, description="As the owner: migrations, and a council that moves.")
    admin_url: SecretStr | None = Field(None, description="As a superuser: making the database and its roles.")
    pool_size: int = Field(5, ge=1, le=100)


class KafkaSettings(SettingsPart):
    """How to reach the broker."""

    bootstrap: str
    security_protocol: Literal["PLAINTEXT", "SSL"] = "PLAINTEXT"
    ca_file: str | None = None
    certificate_file: str | None = None
    key_file: str | None = None
    group_instance_id: str | None = Field(None, description="Stable name of this consumer: static membership.")
    session_timeout_ms: int = Field(30_000, ge=1_000, le=300_000)
    rebalance_timeout_ms: int = Field(60_000, ge=1_000, le=300_000)
    undone: str = Field(
        "", description="Times that a restored database took back: what our services told in them is passed over."
    )

    @field_validator("undone")
    @classmethod
    def _are_times(cls, text: str) -> str:
        undone_times(text)
        return text


class HttpSettings(SettingsPart):
    """Where a command answers requests and probes."""

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65_535)
    trusted_proxies: str = Field(
        "127.0.0.1",
        description="Whose X-Forwarded-For is believed: addresses and networks, with commas between them; nobody's by"
        " an empty one.",
    )

    @field_validator("trusted_proxies")
    @classmethod
    def _are_addresses(cls, told: str) -> str:
        """The server takes what it cannot read for a name that nobody has, and ``*`` for everybody."""
        for each in filter(None, (part.strip() for part in told.split(","))):
            ip_network(each)
        return told


class IdentitySettings(SettingsPart):
    """Whose tokens a service takes."""

    internal_keys_file: str = Field(description="JWKS with the gateway's public key.")


class TelemetrySettings(SettingsPart):
    """Logs and traces."""

    otlp_endpoint: str | None = None
    log_format: Literal["json", "console"] = "json"
    log_level: Literal["debug", "info", "warning", "error"] = "info"


Environment = Literal["local", "test", "production"]


class ServiceSettings(SettingsPart):
    """What every service with a database is told; the prefix is the service's name."""

    environment: Environment
    database: DatabaseSettings
    kafka: KafkaSettings | None = None
    identity: IdentitySettings | None = None
    addresses: dict[str, str] = Field(
        default_factory=dict, description="Base addresses of the services that this one asks over HTTP, by name."
    )
    http: HttpSettings = Field(default_factory=HttpSettings)
    telemetry: TelemetrySettings = Field(default_factory=TelemetrySettings)


class SettingsRefused(SystemExit):
    """The settings do not fit; the message is one clear line a fault."""


S = TypeVar("S", bound=SettingsPart)


def load(model: type[S], prefix: str) -> S:
    """Read settings from environment variables that begin with ``prefix``; groups and members are parted by ``__``.

    Raises:
        SettingsRefused: a variable with our prefix names no setting, or one is missing or out of range.
    """
    known = {prefix + name.upper() for name in model.model_fields}
    unknown = sorted(name for name in os.environ if name.startswith(prefix) and name.split("__")[0] not in known)
    if unknown:
        raise SettingsRefused(f"Unknown settings: {', '.join(unknown)}")
    groups = [prefix + name.upper() for name, field in model.model_fields.items() if _is_group(field.annotation)]
    whole = [f"{name}: give its members, as {name}__..." for name in groups if name in os.environ]
    if whole:
        raise SettingsRefused("Settings refused:\n  " + "\n  ".join(whole))
    try:
        return _reader(model, prefix)()
    except ValidationError as error:
        faults = [f"{_variable(prefix, fault['loc'])}: {fault['msg']}" for fault in error.errors(include_input=False)]
        raise SettingsRefused("Settings refused:\n  " + "\n  ".join(faults)) from None


def _is_group(annotation: object) -> bool:
    kinds = (annotation, *get_args(annotation))
    return any(isinstance(kind, type) and issubclass(kind, SettingsPart) for kind in kinds)


def _reader(model: type[S], prefix: str) -> type[S]:
    """The model as one that reads the environment; only here, so that settings built by hand read nothing."""
    config = SettingsConfigDict(env_prefix=prefix, env_nested_delimiter="__", frozen=True)
    return type(model.__name__, (BaseSettings, model), {"model_config": config, "__module__": model.__module__})


def _variable(prefix: str, location: tuple[int | str, ...]) -> str:
    return prefix + "__".join(str(part).upper() for part in location)


def required(value: SecretStr | None, variable: str) -> str:
    """A setting that this command cannot do without.

    Raises:
        SettingsRefused: it was not given.
    """
    if value is None:
        raise SettingsRefused(f"Settings refused:\n  {variable}: this command needs it")
    return value.get_secret_value()
