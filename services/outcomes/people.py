"""Who is known here, from events alone: people with their user group and a death, and their carers."""

from datetime import date
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from braid.contracts.assessment import AssessmentAgreed, CarerAssessed, CaseOpened
from braid.contracts.budget import DeathRecorded
from braid.kit.unit_of_work import UnitOfWork
from services.outcomes.tables import CarerRow, PersonRow


async def note_group(event: CaseOpened | AssessmentAgreed, work: UnitOfWork) -> None:
    """Note a person, and the user group that they are told to be of now."""
    await _keep(work, event.person_id, user_group=event.user_group.value)


async def note_death(event: DeathRecorded, work: UnitOfWork) -> None:
    """Note a death, or that one which was recorded was none."""
    await _keep(work, event.person_id, died_on=event.died_on)


async def note_carer(event: CarerAssessed, work: UnitOfWork) -> None:
    """Note who helps a person and has a say of their own."""
    await work.lock_person(event.person_id)
    row = insert(CarerRow).values(carer_id=event.carer_id, council=work.council, person_id=event.person_id)
    await work.session.execute(row.on_conflict_do_nothing())


async def _keep(work: UnitOfWork, person_id: UUID, **known: str | date | None) -> None:
    await work.lock_person(person_id)
    row = insert(PersonRow).values(person_id=person_id, council=work.council, **known)
    await work.session.execute(row.on_conflict_do_update(index_elements=["person_id"], set_=known))
