"""The Disabled Facilities Grant."""

from services.funding_streams.streams.disabled_facilities_grant.rules import DisabledFacilitiesGrant

ADAPTER = DisabledFacilitiesGrant()

__all__ = ["ADAPTER"]
