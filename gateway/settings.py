"""The gateway's settings."""

from pydantic import Field

from braid.kit.settings import Environment, HttpSettings, SettingsPart, TelemetrySettings

PREFIX = "GATEWAY_"


class ServiceAddresses(SettingsPart):
    """Base addresses of the services."""

    assessment: str
    ras: str
    funding_streams: str
    ledger: str
    support_planning: str


class IssuerSettings(SettingsPart):
    """Whose tokens people and systems bring."""

    issuer: str
    audience: str
    keys_url: str = Field(description="JWKS of the issuer.")


class InternalTokenSettings(SettingsPart):
    """The key that signs the tokens which services take."""

    private_key_file: str


class GatewaySettings(SettingsPart):
    """What the gateway is told."""

    environment: Environment
    services: ServiceAddresses
    identity: IssuerSettings
    internal: InternalTokenSettings
    http: HttpSettings = Field(default_factory=HttpSettings)
    telemetry: TelemetrySettings = Field(default_factory=TelemetrySettings)
