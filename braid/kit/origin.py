"""Where a request comes from, carried along wherever it is passed on to.

The gateway alone sees the caller's address; it tells the services in a header of its own, which they take from whoever
holds one of its internal tokens. From outside that header is not taken.
"""

from collections.abc import Mapping
from contextvars import ContextVar, Token
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.types import Scope

CLIENT_HEADER = "braid-client"
#: Callers and the gateway's replicas come from a few addresses, again and again.
ADDRESSES_REMEMBERED_MOST = 1_024


@dataclass(frozen=True)
class Origin:
    """Where a request comes from.

    Args:
        request_id: under which it is logged everywhere.
        client: address of whoever asked the gateway; None where it is not known.
    """

    request_id: str
    client: str | None


_origin: ContextVar[Origin | None] = ContextVar("origin", default=None)


def set_origin(origin: Origin) -> Token[Origin | None]:
    """Remember where the request in hand comes from, until `reset_origin` is given what this gives."""
    return _origin.set(origin)


def reset_origin(before: Token[Origin | None]) -> None:
    """Go back to the request that was in hand before: one service asks another within the same process, too."""
    _origin.reset(before)


def current_origin() -> Origin | None:
    """Where the request in hand comes from; None outside one."""
    return _origin.get()


def origin_headers() -> Mapping[str, str]:
    """What tells the next service where the request in hand comes from."""
    origin = _origin.get()
    if origin is None:
        return {}
    told = {"x-request-id": origin.request_id}
    return told | ({CLIENT_HEADER: origin.client} if origin.client else {})


def client_by_peer(scope: Scope) -> str | None:
    """The caller's address as the server sees it, past the proxies that it trusts."""
    peer = scope.get("client")
    return _address(peer[0]) if peer else None


def client_by_gateway(scope: Scope) -> str | None:
    """The caller's address as the gateway tells it."""
    return _address(Headers(scope=scope).get(CLIENT_HEADER, ""))


def quoted(path: str) -> str:
    """A path as an address has it, with everything quoted that means something else there."""
    return quote(path, safe="/:")


def quoted_path(scope: Scope) -> str:
    """The path of a request as an address has it: what the server has unquoted once is quoted once again."""
    return quoted(scope["path"])


@lru_cache(maxsize=ADDRESSES_REMEMBERED_MOST)
def _address(given: str) -> str | None:
    try:
        return str(ip_address(given))
    except ValueError:
        return None
