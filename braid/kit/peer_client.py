"""The client with which one process asks another over HTTP."""

import httpx


def client_of(address: str, *, timeout_s: float) -> httpx.AsyncClient:
    """A client of the service at an address.

    Every request that cannot be made, or whose answer does not come, raises ``httpx.TransportError``.
    """
    return httpx.AsyncClient(base_url=address, timeout=timeout_s, transport=_Transport())


class _Transport(httpx.AsyncHTTPTransport):
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return await super().handle_async_request(request)
        except AttributeError as error:
            # anyio asks a connection who is at its other end; where that was reset as soon as it was made, uvloop has
            # taken the socket away, and what should tell of a lost connection is an error in the asking.
            raise httpx.ConnectError("the connection was lost as soon as it was made", request=request) from error
