"""Why a file is not taken in: each says where in the file and what, and nothing of the file has been used."""

from collections.abc import Sequence

from services.ledger.domain.bank import BankFileRefused


class FileTooLarge(BankFileRefused):
    """More bytes or lines than one file may have."""


class FormatUnknown(BankFileRefused):
    """The file is not of the kind, or not of a version, that was asked for."""


class FileUnreadable(BankFileRefused):
    """The file breaks off, or is not formed as its format demands."""


class EncodingWrong(FileUnreadable):
    """The file has bytes that its encoding does not know."""


class FieldInvalid(BankFileRefused):
    """One field of one record cannot be what it says.

    Args:
        record: where, such as ``line 12`` or ``entry 3``.
        field: the format's own name of the field.
        why: what is wrong with it.
    """

    def __init__(self, record: str, field: str, why: str) -> None:
        super().__init__(f"{record}, {field}: {why}")
        self.record, self.field, self.why = record, field, why


class CurrencyUnknown(FieldInvalid):
    """An amount in another currency than sterling."""


class MappingInvalid(BankFileRefused):
    """A CSV mapping that contradicts itself, or that the file does not fit.

    Args:
        faults: each names the part of the mapping and what is wrong.
    """

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = tuple(faults)
