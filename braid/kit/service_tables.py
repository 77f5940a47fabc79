"""What every service's tables are made with: metadata of their own, and the time of recording."""

from typing import Any

from sqlalchemy import DateTime, MetaData, func
from sqlmodel import Field

from braid.kit.messaging_tables import NAMING_CONVENTION, messaging_tables


def service_metadata() -> MetaData:
    """New metadata with the messaging tables in it."""
    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    messaging_tables(metadata)
    return metadata


def recorded_at() -> Any:
    """A column that the database fills with the time of recording, the start of the transaction, with its zone."""
    return Field(
        default=None,
        sa_type=DateTime(timezone=True),
        nullable=False,
        sa_column_kwargs={"server_default": func.now()},
    )
