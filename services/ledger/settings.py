"""What the ledger is told by its environment besides what every service is."""

from pydantic import Field

from braid.kit.settings import ServiceSettings, SettingsPart


class ModulusTables(SettingsPart):
    """Vocalink's tables for the modulus check, as the council has fetched them; they are renewed some times a year."""

    weights_file: str = Field(description="valacdos")
    substitutions_file: str | None = Field(None, description="scsubtab")


class LedgerSettings(ServiceSettings):
    """The ledger's settings."""

    modulus: ModulusTables | None = None
