"""The gateway as a process of its own, with the services behind their addresses."""

import httpx

from braid.command_line.services import SERVICES
from braid.kit.identity import internal_signer
from braid.kit.logs import start_logging
from braid.kit.processes import collect_seldom, http_server
from braid.kit.settings import load
from braid.kit.telemetry import start_tracing


async def serve() -> None:
    """Serve the gateway until told to stop."""
    from pathlib import Path

    from gateway.client_assertion import ClientKey
    from gateway.discovery import Discovery
    from gateway.identity import IssuerVerifier
    from gateway.main import build_gateway
    from gateway.rate_limits import RateLimit
    from gateway.service_clients import OverNetwork
    from gateway.sessions import sessions_with
    from gateway.settings import PREFIX, GatewaySettings
    from gateway.sign_in import SignIn

    settings = load(GatewaySettings, PREFIX)
    start_logging(settings.telemetry.log_format, settings.telemetry.log_level)
    start_tracing(settings.telemetry.otlp_endpoint, service="gateway")
    clients = {name: OverNetwork(getattr(settings.services, name)) for name in SERVICES}
    async with httpx.AsyncClient() as issuer_client:
        discovery = Discovery(settings.identity, issuer_client)
        verifier = IssuerVerifier(settings.identity, issuer_client, discovery)
        sign_in, sessions = None, None
        if told := settings.sign_in:
            sessions = sessions_with(Path(told.session_keys_file), life_s=told.session_s)
            sign_in = SignIn(
                discovery,
                verifier,
                issuer_client,
                client_id=told.client_id,
                client_key=ClientKey(Path(told.client_key_file)) if told.client_key_file else None,
                public_url=told.public_url.rstrip("/"),
            )
        app = build_gateway(
            clients,
            verifier,
            internal_signer(Path(settings.internal.private_key_file)),
            sessions=sessions,
            sign_in=sign_in,
            rate_limit=RateLimit(settings.rate.per_second, settings.rate.burst),
        )
        collect_seldom()
        await http_server(app, settings.http).serve()
