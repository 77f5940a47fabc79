"""A stream inside something that watches it or speaks for it; by itself it answers as the stream does."""

from datetime import date

from services.funding_streams.domain.adapter import Case, StreamAdapter
from services.funding_streams.domain.decision import Decision


class Around(StreamAdapter):
    """A stream inside another; what is around it changes the answers that it names."""

    def __init__(self, adapter: StreamAdapter) -> None:
        self.stream, self.depends_on, self.displaces = adapter.stream, adapter.depends_on, adapter.displaces
        self.inner = adapter

    def needs(self, on: date) -> tuple[str, ...]:
        """As the stream itself."""
        return self.inner.needs(on)

    def decide(self, case: Case) -> Decision:
        """As the stream itself."""
        return self.inner.decide(case)

    def displace(self, case: Case, own: Decision, other: Decision) -> Decision:
        """As the stream itself."""
        return self.inner.displace(case, own, other)


class AsGiven(Around):
    """A stream whose decision is known already: it is not decided again, and waits for no other."""

    def __init__(self, adapter: StreamAdapter, decision: Decision, displaces: tuple[str, ...]) -> None:
        super().__init__(adapter)
        self.depends_on = ()
        self.displaces = displaces
        self._decision = decision

    def decide(self, case: Case) -> Decision:
        """Return the decision that was given."""
        del case
        return self._decision
