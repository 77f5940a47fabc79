"""What was asked of the platform and what it answered, kept where no fault reaches; and clients that insist."""

import asyncio
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

#: Answers that leave open what happened, or say that it may be asked again.
ASK_AGAIN = {429, 502, 503, 504}
PAUSE_S = 0.5
#: A breath between reads, so that those who wait for events leave the cores to the platform.
READ_PAUSE_S = 0.15
#: Longer than the gateway waits for a service.
TIMEOUT_S = 35.0


@dataclass
class Asked:
    """One unsafe request under its key, however often it was sent.

    Args:
        sendings: how often it was sent.
        status, body: of the answer; None until there is one.
    """

    key: str
    caller: str
    method: str
    path: str
    sendings: int = 0
    status: int | None = None
    body: Any = None

    @property
    def is_accepted(self) -> bool:
        return self.status is not None and self.status < 300


@dataclass
class Oddity:
    """An answer that a good platform does not give, or a story that did not go on."""

    what: str
    detail: str
    at: float = field(default_factory=time.time)


class Journal:
    """Written through to the disk, line by line, before anybody relies on it."""

    def __init__(self, file: Path) -> None:
        self._file = file.open("a")
        self.asked: dict[str, Asked] = {}
        self.oddities: list[Oddity] = []
        #: Ids of the events that the load told the broker, and the broker took.
        self.told: set[str] = set()
        #: Whether some process has a wrong clock, so that tokens may be refused.
        self.clocks_differ = False
        self.unknown = 0

    def write(self, **line: Any) -> None:
        """Add a line."""
        self._file.write(json.dumps(line, default=str) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def asks(self, asked: Asked) -> None:
        """A request is about to leave."""
        self.asked[asked.key] = asked
        self.write(asks=asked.key, by=asked.caller, method=asked.method, path=asked.path)

    def answered(self, asked: Asked, answer: httpx.Response) -> None:
        """It has its answer."""
        asked.status, asked.body = answer.status_code, _read(answer)
        self.write(answered=asked.key, status=asked.status, body=asked.body, sendings=asked.sendings)

    def tells(self, event_id: str) -> None:
        """The broker has taken an event."""
        self.told.add(event_id)
        self.write(told=event_id)

    def is_odd(self, what: str, detail: str) -> None:
        """Keep what should not have been."""
        self.oddities.append(Oddity(what, detail))
        self.write(oddity=what, detail=detail)

    def close(self) -> None:
        """No more lines."""
        self._file.close()


def _read(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return answer.text


class AskingUntilAnswered(httpx.AsyncBaseTransport):
    """Sends each request until it has an answer that says what happened, and keeps what was answered.

    A POST goes again under its key. A PUT for a version that was seen may be refused the second time because the first
    took effect: then the record is read again, as anybody would.
    """

    def __init__(self, journal: Journal, caller: str) -> None:
        self._inner = httpx.AsyncHTTPTransport()
        self._journal = journal
        self._caller = caller

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        asked = self._kept(request)
        if request.method == "GET":
            await asyncio.sleep(READ_PAUSE_S)
        sendings = 0
        while True:
            sendings += 1
            if asked:
                asked.sendings = sendings
            answer = await self._sent(request)
            if answer is not None:
                break
            self._journal.unknown += 1
            await asyncio.sleep(PAUSE_S)
        if request.method == "PUT" and answer.status_code == 412 and sendings > 1:
            url = str(request.url).removesuffix("/answers")
            answer = await self.handle_async_request(httpx.Request("GET", url, headers=_reading(request.headers)))
        if asked:
            self._journal.answered(asked, answer)
        return answer

    async def aclose(self) -> None:
        await self._inner.aclose()

    def _kept(self, request: httpx.Request) -> Asked | None:
        key = request.headers.get("idempotency-key")
        if key is None:
            return None
        asked = Asked(key, self._caller, request.method, request.url.path)
        self._journal.asks(asked)
        return asked

    async def _sent(self, request: httpx.Request) -> httpx.Response | None:
        """The answer; None where there was none, or none that tells."""
        again = httpx.Request(
            request.method,
            request.url,
            headers=request.headers,
            content=request.content,
            extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), TIMEOUT_S)},
        )
        try:
            answer = await self._inner.handle_async_request(again)
            body = await answer.aread()
        except httpx.TransportError:
            return None
        if answer.status_code >= 500 and answer.status_code not in ASK_AGAIN:
            self._journal.is_odd("answer", f"{request.method} {request.url.path}: {answer.status_code} {body[:500]!r}")
            return None
        if answer.status_code in ASK_AGAIN or self._passes(answer.status_code, body):
            return None
        headers = [(name, value) for name, value in answer.headers.raw if name.lower() != b"content-encoding"]
        return httpx.Response(answer.status_code, headers=headers, content=body, request=request)

    def _passes(self, status: int, body: bytes) -> bool:
        is_running = status == httpx.codes.CONFLICT and b"still-running" in body
        return is_running or (status == httpx.codes.UNAUTHORIZED and self._journal.clocks_differ)


def _reading(headers: Mapping[str, str]) -> dict[str, str]:
    return {"authorization": headers["authorization"], "host": headers["host"]}
