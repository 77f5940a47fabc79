"""Which streams an agency decides on: asked of the funding streams, which alone know, when an agency subscribes."""

from collections.abc import Callable

import httpx
import structlog
from fastapi import Request
from pydantic import BaseModel, ValidationError

from braid.kit import telemetry
from braid.kit.identity import bearer_token
from braid.kit.origin import origin_headers
from braid.kit.problems import Problem

log = structlog.get_logger(__name__)

FUNDING_STREAMS = "funding_streams"
#: Longest wait for an answer, in seconds.
PATIENCE_S = 5.0


class StreamTold(BaseModel):
    """What matters here of a stream."""

    stream: str
    partner: str | None


class StreamsTold(BaseModel):
    """Every stream."""

    streams: list[StreamTold]


async def streams_of(request: Request, agency: str) -> list[str]:
    """The streams that an agency decides on.

    Raises:
        Problem: 403, on none; 503, nobody can say now.
    """
    peer: Callable[[str], httpx.AsyncClient] = request.app.state.peer
    headers = {**origin_headers(), "authorization": f"Bearer {bearer_token(request)}"}
    try:
        with telemetry.asking(FUNDING_STREAMS, "GET", headers):
            answer = await peer(FUNDING_STREAMS).get("/v1/streams", headers=headers, timeout=PATIENCE_S)
        answer.raise_for_status()
        told = StreamsTold.model_validate_json(answer.content)
    except (httpx.HTTPError, ValidationError) as error:
        log.warning("funding_streams_gave_no_answer", error=type(error).__name__)
        detail = "Nothing was changed. Try again in a moment, with the same Idempotency-Key."
        raise Problem(
            503, "streams-not-known", "Which streams are yours cannot be looked up now", detail,
            headers={"Retry-After": "5"},
        ) from error  # fmt: skip
    streams = sorted(each.stream for each in told.streams if each.partner == agency)
    if not streams:
        raise Problem(403, "no-stream", "You decide on no stream", f"No stream names {agency} as who decides on it.")
    return streams
