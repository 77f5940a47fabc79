"""Metadata for one service's tables; no two services share one."""

from sqlalchemy import MetaData

from braid.kit.messaging_tables import NAMING_CONVENTION, messaging_tables


def service_metadata() -> MetaData:
    """New metadata with the messaging tables in it."""
    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    messaging_tables(metadata)
    return metadata
