"""Where something that is due comes from."""

from enum import StrEnum


class DueKind(StrEnum):
    """Where something that is due comes from."""

    SCHEDULE = "schedule"
    BACK_PAY = "back_pay"
    RECEIPT = "receipt"
    STAGE = "stage"
    INVOICE = "invoice"

    @property
    def was_spent_before(self) -> bool:
        """Whether it pays back what somebody spent: nothing is left to account for."""
        return self is DueKind.RECEIPT
