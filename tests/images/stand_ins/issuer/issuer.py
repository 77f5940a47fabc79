"""What the gateway asks of an identity provider, the realm's own words and its public keys, and the probe's answer."""

import json
import os
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

REALM = "/realms/braid"
CONNECT = f"{REALM}/protocol/openid-connect"
#: Tokens name one issuer, whichever address it is asked by.
HOME = os.environ.get("KC_HOSTNAME", "http://localhost:8081")
DOCUMENTS = {
    f"{REALM}/.well-known/openid-configuration": {
        "issuer": HOME + REALM,
        "authorization_endpoint": f"{HOME}{CONNECT}/auth",
        "token_endpoint": f"{HOME}{CONNECT}/token",
        "jwks_uri": f"http://keycloak:8080{CONNECT}/certs",
    },
    f"{CONNECT}/certs": json.loads(Path("/opt/issuer/keys.json").read_text()),
    "/health/ready": {"status": "UP"},
}


class Documents(BaseHTTPRequestHandler):
    """Each document at its address."""

    def do_GET(self) -> None:
        found = DOCUMENTS.get(self.path)
        self.send_response(404 if found is None else 200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(found).encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
threading.Thread(target=ThreadingHTTPServer(("", 9000), Documents).serve_forever, daemon=True).start()
ThreadingHTTPServer(("", 8080), Documents).serve_forever()
