"""Storage rows of the support-planning service."""

from typing import Any
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from braid.kit.service_tables import service_metadata


class SupportPlanningRow(SQLModel):
    """Base of the service's rows."""

    metadata = service_metadata()


metadata = SupportPlanningRow.metadata


class ProgressRow(SupportPlanningRow, table=True):
    """Where one person's budget has got to."""

    __tablename__ = "progress"

    person_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    stage: str = Field(sa_type=Text)
    # Milestones with their times, and the latest decision of each stream.
    state: dict[str, Any] = Field(sa_type=JSONB)
