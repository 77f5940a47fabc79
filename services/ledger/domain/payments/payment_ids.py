"""Ids that follow from what they are for: the same period of the same schedule is the same payment, however often."""

from datetime import date
from uuid import UUID, uuid5

_RUNS = UUID("3c1d6a52-0f0b-5d5e-8a86-3f1f8f1b6a11")


def schedule_id_of(budget_id: UUID, name: str) -> UUID:
    """The id of a budget's schedule by its name, such as the fund that it pays from."""
    return uuid5(budget_id, f"schedule/{name}")


def due_id_of(schedule_id: UUID, first_day: date) -> UUID:
    """The id of what is due from a schedule for the period that begins on a day."""
    return uuid5(schedule_id, first_day.isoformat())


def one_off_id_of(budget_id: UUID, kind: str, reference: str) -> UUID:
    """The id of what is due once: a receipt, a stage, an invoice."""
    return uuid5(budget_id, f"{kind}/{reference}")


def run_id_of(council: str, due_by: date, number: int) -> UUID:
    """The id of a council's run."""
    return uuid5(_RUNS, f"{council}/{due_by.isoformat()}/{number}")


def is_payment_id(subject_id: UUID) -> bool:
    """Whether an id is marked as that of a payment of a run: version 8, which nothing else in the ledger is given."""
    return subject_id.hex[12] == "8"


def message_id_of(run_id: UUID) -> str:
    """The message id of a run's file: 30 characters that banks take, the same for the same run."""
    return f"BRAID-{run_id.hex[:24].upper()}"
