"""Access to Work."""

from services.funding_streams.streams.access_to_work.rules import AccessToWork

ADAPTER = AccessToWork()

__all__ = ["ADAPTER"]
