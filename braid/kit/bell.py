"""A bell between a commit and the relay of the same process, so that the relay need not wait for its next look."""

import asyncio


class Bell:
    """Rung by whoever left something to do; whoever waits is woken once, however often it rang."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake whoever waits, now or next."""
        self._rung.set()

    async def wait(self, timeout_s: float) -> bool:
        """Wait for a ring, at most ``timeout_s`` seconds; True when it rang."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._rung.wait()
        except TimeoutError:
            return False
        self._rung.clear()
        return True
