"""The gateway as a process of its own, with the services behind their addresses."""

import httpx

from braid.command_line.services import SERVICES
from braid.kit.identity import internal_signer
from braid.kit.processes import http_server
from braid.kit.settings import load
from braid.kit.telemetry import start_logging, start_tracing


async def serve() -> None:
    """Serve the gateway until told to stop."""
    from pathlib import Path

    from gateway.identity import IssuerVerifier
    from gateway.main import build_gateway
    from gateway.settings import PREFIX, GatewaySettings

    settings = load(GatewaySettings, PREFIX)
    start_logging(settings.telemetry.log_format, settings.telemetry.log_level)
    start_tracing(settings.telemetry.otlp_endpoint, service="gateway")
    clients = {name: httpx.AsyncClient(base_url=getattr(settings.services, name), timeout=30) for name in SERVICES}
    async with httpx.AsyncClient() as issuer_client:
        app = build_gateway(
            clients,
            IssuerVerifier(settings.identity, issuer_client),
            internal_signer(Path(settings.internal.private_key_file)),
        )
        await http_server(app, settings.http).serve()
