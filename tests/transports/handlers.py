"""Handlers that misbehave on purpose, for the contract suite."""

import asyncio
from uuid import UUID

from braid.kit.unit_of_work import UnitOfWork
from tests.kit.example_service import NumberSent, note_number


class Stumbling:
    """Notes numbers, but fails the first ``times`` times at each."""

    def __init__(self, times: int) -> None:
        self._times = times
        self._failed: dict[int, int] = {}

    async def __call__(self, event: NumberSent, work: UnitOfWork) -> None:
        await note_number(event, work)
        failed = self._failed.get(event.number, 0)
        if failed < self._times:
            self._failed[event.number] = failed + 1
            raise RuntimeError(f"stumbled over {event.number}")


class Refusing:
    """Notes numbers, but never the refused one, until it is mended."""

    def __init__(self, number: int) -> None:
        self._number = number
        self.mended = False

    async def __call__(self, event: NumberSent, work: UnitOfWork) -> None:
        await note_number(event, work)
        if event.number == self._number and not self.mended:
            raise RuntimeError(f"the rules do not know {event.number}")


class Slow:
    """Notes numbers, but holds on to each until it is let go."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.let_go = asyncio.Event()
        self.people: list[UUID] = []

    async def __call__(self, event: NumberSent, work: UnitOfWork) -> None:
        self.people.append(event.person_id)
        self.began.set()
        await self.let_go.wait()
        await note_number(event, work)
