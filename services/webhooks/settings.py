"""What webhooks are told by their environment besides what every service is."""

from pydantic import Field, field_validator

from braid.kit.settings import ServiceSettings, SettingsPart
from services.webhooks.domain.targets import Where, private_networks


class SealingSettings(SettingsPart):
    """What receivers' secrets are sealed with."""

    keys_file: str = Field(description="Fernet keys, one a line; the first one seals, the others still open.")


class SendingSettings(SettingsPart):
    """How messages are sent."""

    timeout_s: float = Field(15, ge=1, le=30, description="Longest that one attempt takes, in seconds.")
    at_once: int = Field(16, ge=1, le=200, description="Messages that one sender sends at the same time.")
    at_once_each: int = Field(4, ge=1, le=50, description="Of these, to one subscription.")
    ca_file: str | None = Field(None, description="Authorities to believe beside those of the system.")


class WebhookSettings(ServiceSettings):
    """The settings of webhooks."""

    sealing: SealingSettings | None = Field(None, description="Needed to serve and to send.")
    sending: SendingSettings = Field(default_factory=SendingSettings)
    private_networks: str = Field(
        "", description="The council's own networks whose systems may be told: CIDRs, with commas between them."
    )

    @field_validator("private_networks")
    @classmethod
    def _are_private(cls, told: str) -> str:
        private_networks(told)
        return told

    @property
    def where(self) -> Where:
        """Where messages may go: in production never to the machine itself."""
        return Where(loopback=self.environment != "production", networks=private_networks(self.private_networks))
