"""Adult social care."""

from services.funding_streams.streams.adult_social_care.rules import AdultSocialCare

ADAPTER = AdultSocialCare()

__all__ = ["ADAPTER"]
