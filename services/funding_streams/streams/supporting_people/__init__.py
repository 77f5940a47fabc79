"""Supporting People."""

from services.funding_streams.streams.supporting_people.rules import SupportingPeople

ADAPTER = SupportingPeople()

__all__ = ["ADAPTER"]
