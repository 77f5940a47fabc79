"""ISO 20022 pain.002: what the bank says about a payment file, its batches and its payments."""

from typing import BinaryIO

from services.ledger.bank_files.bounded import MOST_BYTES, MOST_LINES
from services.ledger.bank_files.field_values import one_line, shown
from services.ledger.bank_files.iso20022_reading import Part, records
from services.ledger.bank_files.refusals import FieldInvalid, FileTooLarge, FileUnreadable
from services.ledger.domain.bank import BankVerdict, PaymentOutcome, StatusReport

#: From the version of 2009 to the newest: the parts that are read are the same in all.
VERSIONS = frozenset({"03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15"})

#: ISO 20022 external code sets of payment, batch and group status.
OUTCOMES = {
    "RCVD": PaymentOutcome.PENDING,
    "PDNG": PaymentOutcome.PENDING,
    "ACTC": PaymentOutcome.ACCEPTED,
    "ACCP": PaymentOutcome.ACCEPTED,
    "ACSP": PaymentOutcome.ACCEPTED,
    "ACWC": PaymentOutcome.ACCEPTED,
    "ACWP": PaymentOutcome.ACCEPTED,
    "ACFC": PaymentOutcome.ACCEPTED,
    "PART": PaymentOutcome.IN_PART,
    "ACSC": PaymentOutcome.SETTLED,
    "ACCC": PaymentOutcome.SETTLED,
    "RJCT": PaymentOutcome.REJECTED,
    "CANC": PaymentOutcome.REJECTED,
}

_WANTED = frozenset(
    {
        "GrpHdr/MsgId",
        "OrgnlGrpInfAndSts/OrgnlMsgId",
        "OrgnlGrpInfAndSts/GrpSts",
        "OrgnlGrpInfAndSts/StsRsnInf",
        "OrgnlPmtInfAndSts/OrgnlPmtInfId",
        "OrgnlPmtInfAndSts/PmtInfSts",
        "OrgnlPmtInfAndSts/StsRsnInf",
        "OrgnlPmtInfAndSts/TxInfAndSts",
        "CstmrPmtStsRpt/OrgnlPmtInfAndSts",
    }
)


def read_pain002(source: BinaryIO, most_bytes: int = MOST_BYTES) -> StatusReport:
    """Read a payment status report, whole or not at all.

    Raises:
        BankFileRefused: what is wrong, and where.
    """
    reading = _Report()
    for path, part in records(source, "pain.002.001", VERSIONS, _WANTED, most_bytes):
        reading.take(path, part)
    return reading.report()


class _Said:
    """What is said about one thing, gathered from its parts, which come one by one."""

    def __init__(self) -> None:
        self.about = ""
        self.status = ""
        self.reason_code = ""
        self.told: list[str] = []

    def because(self, reason: Part) -> None:
        self.reason_code = self.reason_code or reason.said("Rsn/Cd") or reason.said("Rsn/Prtry")
        self.told += reason.all_said("AddtlInf")

    def verdict(self, record: str, field: str) -> BankVerdict | None:
        if not self.status:
            return None
        outcome = OUTCOMES.get(self.status)
        if outcome is None:
            raise FieldInvalid(record, field, f"{shown(self.status)} is no status that is known here")
        return BankVerdict(outcome, self.status, self.reason_code, one_line(" ".join(self.told)))


class _Report:
    def __init__(self) -> None:
        self._message_id = ""
        self._whole = _Said()
        self._batch = _Said()
        self._batches: dict[str, BankVerdict] = {}
        self._payments: dict[str, BankVerdict] = {}

    def take(self, path: str, part: Part) -> None:
        match path:
            case "GrpHdr/MsgId":
                self._message_id = part.text
            case "OrgnlGrpInfAndSts/OrgnlMsgId":
                self._whole.about = part.text
            case "OrgnlGrpInfAndSts/GrpSts":
                self._whole.status = part.text
            case "OrgnlGrpInfAndSts/StsRsnInf":
                self._whole.because(part)
            case "OrgnlPmtInfAndSts/OrgnlPmtInfId":
                self._batch.about = part.text
            case "OrgnlPmtInfAndSts/PmtInfSts":
                self._batch.status = part.text
            case "OrgnlPmtInfAndSts/StsRsnInf":
                self._batch.because(part)
            case "OrgnlPmtInfAndSts/TxInfAndSts":
                self._payment(part)
            case "CstmrPmtStsRpt/OrgnlPmtInfAndSts":
                self._end_of_batch()

    def _payment(self, part: Part) -> None:
        record = f"payment {len(self._payments) + 1}"
        said = _Said()
        said.about, said.status = part.said("OrgnlEndToEndId"), part.said("TxSts")
        for reason in part.every("StsRsnInf"):
            said.because(reason)
        verdict = said.verdict(record, "TxSts")
        if not said.about:
            raise FieldInvalid(record, "OrgnlEndToEndId", "it does not say which payment it is about")
        if verdict is None:
            raise FieldInvalid(record, "TxSts", "it has no status")
        if self._payments.setdefault(said.about, verdict) != verdict:
            raise FieldInvalid(record, "TxSts", "the report says two things about one payment")
        if len(self._payments) > MOST_LINES:
            raise FileTooLarge(f"the file has more than {MOST_LINES} payments")

    def _end_of_batch(self) -> None:
        record = f"batch {len(self._batches) + 1}"
        verdict = self._batch.verdict(record, "PmtInfSts")
        if verdict and not self._batch.about:
            raise FieldInvalid(record, "OrgnlPmtInfId", "it does not say which batch it is about")
        if verdict:
            self._batches[self._batch.about] = verdict
        self._batch = _Said()

    def report(self) -> StatusReport:
        if not self._whole.about:
            raise FileUnreadable("the report does not say which payment file it is about")
        whole = self._whole.verdict("the whole file", "GrpSts")
        return StatusReport(self._message_id, self._whole.about, whole, self._batches, self._payments)
