"""Joint holders of an authority who act one after the other: each signature waits until all have signed the same."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid4

from sqlmodel import col, select, update

from braid.contracts.assessment import WithdrawalReason
from braid.kit.unit_of_work import UnitOfWork
from services.assessment.domain.authority import Act
from services.assessment.tables import AssessmentRow, JointSignatureRow


def paper_of(row: AssessmentRow) -> str:
    """What is signed of an assessment: it as it stands; a later change is another paper, and is signed anew."""
    return f"assessment {row.assessment_id} version {row.version}"


def paper_of_withdrawal(on: date, reason: WithdrawalReason) -> str:
    """What is signed of a withdrawal: its day and its reason."""
    return f"withdrawal on {on} for {reason}"


async def signed(work: UnitOfWork, person_id: UUID, act: Act, paper: str) -> Sequence[str]:
    """Ids of the authorities whose holders signed a paper that still waits."""
    return [str(each.authority_id) for each in await waiting(work, person_id, paper) if each.act == act]


async def waiting(work: UnitOfWork, person_id: UUID, paper: str) -> Sequence[JointSignatureRow]:
    """Signatures of a paper that still waits, oldest first."""
    query = select(JointSignatureRow).where(
        JointSignatureRow.person_id == person_id,
        JointSignatureRow.paper == paper,
        col(JointSignatureRow.used_at).is_(None),
    )
    return (await work.session.scalars(query.order_by(col(JointSignatureRow.recorded_at)))).all()


async def sign(
    work: UnitOfWork, person_id: UUID, act: Act, paper: str, authorities: Sequence[str], *, on: date, by: str
) -> None:
    """Keep signatures of a paper; who signed it before is not written down twice."""
    before = set(await signed(work, person_id, act, paper))
    for authority_id in authorities:
        if authority_id not in before:
            work.session.add(
                JointSignatureRow(
                    signature_id=uuid4(),
                    council=work.council,
                    person_id=person_id,
                    authority_id=UUID(authority_id),
                    act=act.value,
                    paper=paper,
                    signed_on=on,
                    signed_by=by,
                )
            )
    await work.session.flush()


async def use(work: UnitOfWork, person_id: UUID, act: Act, paper: str) -> None:
    """Note that all have signed, and that what was signed is done."""
    done = update(JointSignatureRow).where(
        col(JointSignatureRow.person_id) == person_id,
        col(JointSignatureRow.act) == act.value,
        col(JointSignatureRow.paper) == paper,
        col(JointSignatureRow.used_at).is_(None),
    )
    await work.session.execute(done.values(used_at=work.now))
