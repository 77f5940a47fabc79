"""Links between processes and what they need, each a TCP proxy that can be cut, slowed or made to swallow all."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Sequence

LOOPBACK = "127.0.0.1"
CHUNK_BYTES = 65_536
#: Of a socket that is closed so: what it has not sent is thrown away, and the other side is told of a reset.
_LINGER_NOT = struct.pack("ii", 1, 0)


class Link:
    """A proxy in front of one address.

    Args:
        name: of the link, such as ``ledger-database``.
        port: where it listens.
        target_port: what stands behind it.
    """

    def __init__(self, name: str, port: int, target_port: int) -> None:
        self.name = name
        self.port = port
        self._target_port = target_port
        self._server: asyncio.Server | None = None
        self._pairs: set[_Pair] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        self._is_cut = False
        #: What each piece waits before it goes on, in seconds.
        self.latency_s = 0.0
        #: Bytes a second; None for as fast as it goes.
        self.bytes_a_second: int | None = None
        #: Each answer is broken off behind so many bytes of it; None for none.
        self.answer_bytes_most: int | None = None

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._meet, LOOPBACK, self.port)

    async def stop(self) -> None:
        """Close everything."""
        if self._server:
            self._server.close()
        self._flows.set()
        self._reset_all()

    def cut(self) -> None:
        """Break every connection with a reset, and each new one as soon as it is made."""
        self._is_cut = True
        self._reset_all()

    def swallow(self) -> None:
        """Let nothing through any more, without a word to either side."""
        self._flows.clear()

    def heal(self) -> None:
        """Be a good link again; connections that were swallowed are reset, as by a firewall that forgot them."""
        if not self._flows.is_set():
            self._reset_all()
        self._is_cut, self.latency_s, self.bytes_a_second, self.answer_bytes_most = False, 0.0, None, None
        self._flows.set()

    def _reset_all(self) -> None:
        for pair in list(self._pairs):
            pair.reset()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pair = _Pair(writer)
        self._pairs.add(pair)
        try:
            await self._flows.wait()
            if self._is_cut:
                return
            far_reader, far_writer = await asyncio.open_connection(LOOPBACK, self._target_port)
            pair.writers.append(far_writer)
            asking = asyncio.create_task(self._carry(reader, far_writer))
            answering = asyncio.create_task(self._carry(far_reader, writer, is_answer=True))
            await asyncio.wait((asking, answering), return_when=asyncio.FIRST_COMPLETED)
            for task in (asking, answering):
                task.cancel()
            await asyncio.gather(asking, answering, return_exceptions=True)
        except (OSError, asyncio.CancelledError):
            # The end of the run: nobody asks what became of a connection.
            pass
        finally:
            pair.reset()
            self._pairs.discard(pair)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, is_answer: bool = False) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(CHUNK_BYTES):
                await self._flows.wait()
                if self.latency_s:
                    await asyncio.sleep(self.latency_s)
                if self.bytes_a_second:
                    await asyncio.sleep(len(piece) / self.bytes_a_second)
                is_broken = is_answer and self.answer_bytes_most is not None and len(piece) > self.answer_bytes_most
                writer.write(piece[: self.answer_bytes_most] if is_broken else piece)
                await writer.drain()
                if is_broken:
                    # A moment, so that what was let through is read before the reset throws the rest away.
                    await asyncio.sleep(0.02)
                    return


class _Pair:
    """Both ends of one connection."""

    def __init__(self, near: asyncio.StreamWriter) -> None:
        self.writers = [near]

    def reset(self) -> None:
        for writer in self.writers:
            with contextlib.suppress(OSError):
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
            writer.transport.abort()


class Links:
    """Every link of the platform, by name."""

    def __init__(self, links: Sequence[Link]) -> None:
        self.by_name = {link.name: link for link in links}

    async def __aenter__(self) -> "Links":
        for link in self.by_name.values():
            await link.start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        for link in self.by_name.values():
            await link.stop()

    def __getitem__(self, name: str) -> Link:
        return self.by_name[name]
