"""Community equipment."""

from services.funding_streams.streams.community_equipment.rules import CommunityEquipment

ADAPTER = CommunityEquipment()

__all__ = ["ADAPTER"]
