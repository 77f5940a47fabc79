"""The three database roles of a service.

``owner`` owns the tables and runs migrations; ``app`` serves requests and handles events, one council at a time, and
may not bypass row-level security; ``ops`` relays the outbox and mends dead letters, and sees nothing else.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Roles:
    """Role names of one service."""

    service: str

    @property
    def owner(self) -> str:
        return f"{self.service}_owner"

    @property
    def app(self) -> str:
        return f"{self.service}_app"

    @property
    def ops(self) -> str:
        return f"{self.service}_ops"

    @property
    def database(self) -> str:
        return f"braid_{self.service}"
