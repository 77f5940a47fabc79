"""What there is to deliver: the services, their commands and their settings, as the deployment knows them.

The settings are spelt out and not taken from the code: a setting that is renamed there must fail here, where somebody
will have to rename it in a running council's configuration too.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from unittest.mock import patch

from braid.command_line.services import definition_of
from braid.command_line.system_client import ClientSettings
from braid.kit.settings import ServiceSettings, load
from gateway.settings import GatewaySettings

ROOT = Path(__file__).parents[2]

SERVICES = ("assessment", "ras", "funding_streams", "ledger", "support_planning", "outcomes", "webhooks")
CONSUMERS = ("ras", "funding_streams", "ledger", "support_planning", "outcomes", "webhooks")
SENDERS = ("webhooks",)

#: By command, what may follow it.
COMMANDS: Mapping[str, Sequence[str]] = {
    "serve": (*SERVICES, "gateway"),
    "consume": CONSUMERS,
    "relay": SERVICES,
    "send": SENDERS,
    "migrate": SERVICES,
    "prepare-database": SERVICES,
    "topics": ("create",),
    "keys": ("create", "create-client"),
    "clock": ("daily",),
    "dead-letters": ("list",),
}

#: By command, the database addresses that it is given: one, but for the proof, which asks operations whose journals
#: there are, and for what operations do by hand.
DATABASE_URLS: Mapping[str, Sequence[str]] = {
    "serve": ("URL",),
    "consume": ("URL",),
    "relay": ("OPS_URL",),
    "send": ("URL",),
    "migrate": ("OWNER_URL",),
    "verify": ("URL", "OPS_URL"),
    "clock": (),
    # A letter is mended by operations and handled as the application would.
    "operations": ("URL", "OPS_URL"),
}

_EVERYWHERE = (
    "ENVIRONMENT",
    "HTTP__HOST",
    "HTTP__PORT",
    "TELEMETRY__OTLP_ENDPOINT",
    "TELEMETRY__LOG_FORMAT",
    "TELEMETRY__LOG_LEVEL",
)
_OF_A_SERVICE = (
    *_EVERYWHERE,
    "DATABASE__URL",
    "DATABASE__OPS_URL",
    "DATABASE__OWNER_URL",
    "DATABASE__ADMIN_URL",
    "DATABASE__POOL_SIZE",
    "KAFKA__BOOTSTRAP",
    "KAFKA__SECURITY_PROTOCOL",
    "KAFKA__CA_FILE",
    "KAFKA__CERTIFICATE_FILE",
    "KAFKA__KEY_FILE",
    "KAFKA__GROUP_INSTANCE_ID",
    "IDENTITY__INTERNAL_KEYS_FILE",
    "ADDRESSES__LEDGER",
    "ADDRESSES__FUNDING_STREAMS",
)
_OF_WEBHOOKS = (
    "SEALING__KEYS_FILE",
    "SENDING__TIMEOUT_S",
    "SENDING__AT_ONCE",
    "SENDING__AT_ONCE_EACH",
    "SENDING__CA_FILE",
    "PRIVATE_NETWORKS",
)
_OF_THE_GATEWAY = (
    *_EVERYWHERE,
    "HTTP__TRUSTED_PROXIES",
    *(f"SERVICES__{service.upper()}" for service in SERVICES),
    "IDENTITY__ISSUER",
    "IDENTITY__AUDIENCE",
    "IDENTITY__DISCOVERY_URL",
    "IDENTITY__KEYS_URL",
    "RATE__PER_SECOND",
    "RATE__BURST",
    "SIGN_IN__CLIENT_ID",
    "SIGN_IN__PUBLIC_URL",
    "SIGN_IN__SESSION_KEYS_FILE",
    "INTERNAL__PRIVATE_KEY_FILE",
)

_OF_THE_CLOCK = (
    "COUNCIL",
    "GATEWAY",
    "ISSUER",
    "DISCOVERY_URL",
    "CLIENT_ID",
    "CLIENT_KEY_FILE",
    "CLIENT_KEY_ID",
    "CLIENT_SECRET",
    "SCOPE",
)

PREFIXES = {
    **{service: f"{service.upper()}_" for service in SERVICES},
    "gateway": "GATEWAY_",
    "daily": "CLOCK_",
}
VARIABLES = frozenset(
    [f"{PREFIXES[service]}{name}" for service in SERVICES for name in _OF_A_SERVICE]
    + [f"{PREFIXES['webhooks']}{name}" for name in _OF_WEBHOOKS]
    + [f"{PREFIXES['gateway']}{name}" for name in _OF_THE_GATEWAY]
    + [f"{PREFIXES['daily']}{name}" for name in _OF_THE_CLOCK]
)


def unknown_variables(names: Sequence[str]) -> list[str]:
    """Variables that carry a prefix of ours and name no setting, at which a service would refuse to start."""
    ours = tuple(PREFIXES.values())
    return sorted(name for name in names if name.startswith(ours) and name not in VARIABLES)


def settings_of(service: str, variables: Mapping[str, str]) -> ServiceSettings | GatewaySettings:
    """What a service would read from these variables.

    Raises:
        SettingsRefused: it would refuse to start.
    """
    # Exactly these and nothing of the machine that the test runs on.
    with patch.dict(os.environ, variables, clear=True):
        if service == "gateway":
            return load(GatewaySettings, PREFIXES[service])
        return load(definition_of(service).settings, PREFIXES[service])


def settings_of_clock(variables: Mapping[str, str]) -> ClientSettings:
    """What the clock would read from these variables.

    Raises:
        SettingsRefused: it would refuse to begin.
    """
    with patch.dict(os.environ, variables, clear=True):
        return load(ClientSettings, PREFIXES["daily"])


def is_pinned(image: str) -> bool:
    """Whether an image's address says which release it is."""
    tag = image.partition("@")[0].rpartition("/")[2].partition(":")[2]
    return "@sha256:" in image or tag not in ("", "latest")
