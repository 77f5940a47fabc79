"""ISO 20022 pain.001.001.09: the customer credit transfer initiation that British banks take.

Accounts go by sort code (clearing system GBDSC) and account number, as the UK's rules of use have it. One batch
(``PmtInf``) for each execution date. Written as text from templates: built as elements, a hundred thousand payments
took seven times as long, and each carried its namespace again. Every value is escaped; tests hold it to the schema.
"""

from collections.abc import Iterator
from datetime import date
from typing import BinaryIO
from xml.sax.saxutils import escape  # writes only; what reads XML is in iso20022_reading

from services.ledger.bank_files.bank_text import BankTexts, for_iso20022
from services.ledger.bank_files.digesting import DigestingWriter
from services.ledger.domain.bank import BankAccount, OutgoingPayment, PaymentFile, WrittenFile

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
#: Not urgent: the service level by which banks send payments through Bacs.
_SERVICE_LEVEL = "NURG"
_LONGEST_NAME, _LONGEST_REMITTANCE = 70, 140


def write_pain001(file: PaymentFile, out: BinaryIO) -> WrittenFile:
    """Write a payment file as pain.001.001.09. Pure: the same file, the same bytes.

    Raises:
        TextCannotBeSent: a payee's name or reference has no letter that banks take.
    """
    texts = BankTexts(for_iso20022)
    writer = DigestingWriter(out)
    for part in _document(file, texts):
        writer.write(part.encode())
    return WrittenFile(
        file.message_id,
        len(file.payments),
        file.total_pence,
        writer.size_bytes,
        writer.sha256,
        tuple(texts.changes),
    )


def _document(file: PaymentFile, texts: BankTexts) -> Iterator[str]:
    payer_name = escape(for_iso20022(file.payer.name)[:_LONGEST_NAME].rstrip())
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<Document xmlns="{NAMESPACE}"><CstmrCdtTrfInitn>\n'
    yield (
        f"<GrpHdr><MsgId>{escape(file.message_id)}</MsgId>"
        f"<CreDtTm>{file.created_at.isoformat(timespec='seconds')}</CreDtTm>"
        f"<NbOfTxs>{len(file.payments)}</NbOfTxs><CtrlSum>{_pounds(file.total_pence)}</CtrlSum>"
        f"<InitgPty><Nm>{payer_name}</Nm></InitgPty></GrpHdr>\n"
    )
    for day, payments in file.by_day().items():
        yield _batch_head(file, payer_name, day, payments)
        for payment in payments:
            yield _transfer(payment, texts)
        yield "</PmtInf>\n"
    yield "</CstmrCdtTrfInitn></Document>\n"


def _batch_head(file: PaymentFile, payer_name: str, day: date, payments: list[OutgoingPayment]) -> str:
    total = sum(payment.amount_pence for payment in payments)
    return (
        f"<PmtInf><PmtInfId>{escape(file.batch_id(day))}</PmtInfId><PmtMtd>TRF</PmtMtd><BtchBookg>true</BtchBookg>"
        f"<NbOfTxs>{len(payments)}</NbOfTxs><CtrlSum>{_pounds(total)}</CtrlSum>"
        f"<PmtTpInf><SvcLvl><Cd>{_SERVICE_LEVEL}</Cd></SvcLvl></PmtTpInf>"
        f"<ReqdExctnDt><Dt>{day.isoformat()}</Dt></ReqdExctnDt>"
        f"<Dbtr><Nm>{payer_name}</Nm></Dbtr>"
        f"<DbtrAcct>{_number(file.payer)}<Ccy>GBP</Ccy></DbtrAcct><DbtrAgt>{_bank(file.payer)}</DbtrAgt>\n"
    )


def _transfer(payment: OutgoingPayment, texts: BankTexts) -> str:
    payment_id, payee = payment.payment_id, payment.payee
    name = texts.sent_and_needed(payment_id, "name", payee.name, _LONGEST_NAME)
    reference = texts.sent_and_needed(payment_id, "reference", payment.reference, _LONGEST_REMITTANCE)
    more = texts.sent(payment_id, "remittance", payment.remittance, max(_LONGEST_REMITTANCE - len(reference) - 1, 0))
    return (
        f"<CdtTrfTxInf><PmtId><EndToEndId>{payment.end_to_end_id}</EndToEndId><UETR>{payment.tracking_id}</UETR></PmtId>"
        f'<Amt><InstdAmt Ccy="GBP">{_pounds(payment.amount_pence)}</InstdAmt></Amt>'
        f"<CdtrAgt>{_bank(payee)}</CdtrAgt><Cdtr><Nm>{escape(name)}</Nm></Cdtr><CdtrAcct>{_number(payee)}</CdtrAcct>"
        f"<RmtInf><Ustrd>{escape(f'{reference} {more}'.rstrip())}</Ustrd></RmtInf></CdtTrfTxInf>\n"
    )


def _number(account: BankAccount) -> str:
    return f"<Id><Othr><Id>{account.account_number}</Id><SchmeNm><Cd>BBAN</Cd></SchmeNm></Othr></Id>"


def _bank(account: BankAccount) -> str:
    """The bank, by its sort code."""
    system = "<ClrSysId><Cd>GBDSC</Cd></ClrSysId>"
    return f"<FinInstnId><ClrSysMmbId>{system}<MmbId>{account.sort_code}</MmbId></ClrSysMmbId></FinInstnId>"


def _pounds(pence: int) -> str:
    return f"{pence // 100}.{pence % 100:02d}"
