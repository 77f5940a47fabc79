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
    outcomes: str
    webhooks: str


class IssuerSettings(SettingsPart):
    """Whose tokens people and systems bring."""

    issuer: str
    audience: str
    discovery_url: str | None = Field(None, description="By default the issuer's well-known one.")
    keys_url: str | None = Field(None, description="JWKS of the issuer; by default what discovery says.")
    scope: str | None = Field(None, description="What every token must have been given.")


class SignInSettings(SettingsPart):
    """How people sign in to the console: as a client of the issuer, by code with PKCE."""

    client_id: str
    public_url: str = Field(description="Where people find the console, as registered with the issuer.")
    session_keys_file: str = Field(description="Keys that seal sessions, one a line; the first one seals.")
    session_s: int = Field(4 * 60 * 60, ge=60, le=24 * 60 * 60, description="Life of a session, in seconds.")
    client_key_file: str | None = Field(None, description="For private_key_jwt, where the issuer asks for it.")


class RateSettings(SettingsPart):
    """How often one caller with a bearer token may ask, at each replica."""

    per_second: float = Field(100, gt=0)
    burst: int = Field(1000, ge=1)


class InternalTokenSettings(SettingsPart):
    """The key that signs the tokens which services take."""

    private_key_file: str


class GatewaySettings(SettingsPart):
    """What the gateway is told."""

    environment: Environment
    services: ServiceAddresses
    identity: IssuerSettings
    internal: InternalTokenSettings
    sign_in: SignInSettings | None = Field(None, description="Without it nobody can sign in to the console.")
    rate: RateSettings = Field(default_factory=RateSettings)
    http: HttpSettings = Field(default_factory=HttpSettings)
    telemetry: TelemetrySettings = Field(default_factory=TelemetrySettings)
