"""Files as banks send them: the messages were held once to the published schemas of each version used here."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

ACCOUNT = "20091541011166"


@dataclass(frozen=True)
class Booked:
    """One line of a statement to come. Pence above zero are money in.

    Args:
        more: XML of the line's details, in place of the usual.
    """

    pence: int = -1_250
    on: str = "2026-05-04"
    text: str = "Brookside Day Centre"
    reference: str = ""
    status: str = "BOOK"
    name: str = "Brookside"
    more: str = ""


def _document(message: str, version: str) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{message}.{version}">'
    )


def pounds(pence: int) -> str:
    return f"{abs(pence) // 100}.{abs(pence) % 100:02d}"


def camt053(
    lines: Sequence[Booked],
    *,
    version: str = "08",
    opening: int = 100_000,
    closing: int | None = None,
    iban: bool = False,
) -> bytes:
    """A camt.053 message of one statement; it adds up unless a closing balance is given."""
    moved = sum(line.pence for line in lines if line.status == "BOOK")
    ends = opening + moved if closing is None else closing
    identity = "<IBAN>GB33BUKB20091541011166</IBAN>" if iban else "<Othr><Id>41011166</Id></Othr>"
    institution = (
        "<FinInstnId><ClrSysMmbId><ClrSysId><Cd>GBDSC</Cd></ClrSysId><MmbId>200915</MmbId></ClrSysMmbId></FinInstnId>"
    )
    return (
        f"{_document('camt.053.001', version)}"
        "<BkToCstmrStmt><GrpHdr><MsgId>S1</MsgId><CreDtTm>2026-06-01T06:00:00+01:00</CreDtTm></GrpHdr>\n"
        "<Stmt><Id>S1</Id><CreDtTm>2026-06-01T06:00:00+01:00</CreDtTm>"
        f"<Acct><Id>{identity}</Id><Ccy>GBP</Ccy><Svcr>{institution}</Svcr></Acct>\n"
        f"{_balance('OPBD', opening)}{_balance('CLBD', ends)}"
        f"{''.join(_entry(line, version) for line in lines)}</Stmt></BkToCstmrStmt></Document>\n"
    ).encode()


def _balance(kind: str, pence: int) -> str:
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="GBP">{pounds(pence)}</Amt>'
        f"<CdtDbtInd>{'CRDT' if pence >= 0 else 'DBIT'}</CdtDbtInd><Dt><Dt>2026-05-31</Dt></Dt></Bal>\n"
    )


def _entry(line: Booked, version: str) -> str:
    early = version == "02"
    status = line.status if early else f"<Cd>{line.status}</Cd>"
    who = "Dbtr" if line.pence > 0 else "Cdtr"
    party = f"<Nm>{line.name}</Nm>" if early else f"<Pty><Nm>{line.name}</Nm></Pty>"
    sum_ = f'<Amt Ccy="GBP">{pounds(line.pence)}</Amt>'
    amount = f"{sum_}<CdtDbtInd>{'CRDT' if line.pence > 0 else 'DBIT'}</CdtDbtInd>"
    told = f"<AmtDtls><TxAmt>{sum_}</TxAmt></AmtDtls>" if early else amount
    details = line.more or (
        f"<TxDtls><Refs><EndToEndId>E2E</EndToEndId></Refs>{told}<RltdPties><{who}>{party}</{who}></RltdPties>"
        f"<RmtInf><Ustrd>{line.text}</Ustrd></RmtInf></TxDtls>"
    )
    reference = f"<AcctSvcrRef>{line.reference}</AcctSvcrRef>" if line.reference else ""
    return (
        f"<Ntry>{amount}<Sts>{status}</Sts><BookgDt><Dt>{line.on}</Dt></BookgDt>"
        f"<ValDt><Dt>{line.on}</Dt></ValDt>{reference}<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd>"
        f"<SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls>{details}</NtryDtls></Ntry>\n"
    )


def pain002(
    payments: Sequence[tuple[str, str, str]] = (),
    *,
    version: str = "12",
    about: str = "RUN-1",
    whole: str = "",
    batch: tuple[str, str] | None = None,
    told: str = "",
) -> bytes:
    """A pain.002 message.

    Args:
        payments: end-to-end id, status and reason of each.
        batch: id and status.
    """
    said = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{end_to_end}</OrgnlEndToEndId><TxSts>{status}</TxSts>{_because(reason, told)}"
        "</TxInfAndSts>\n"
        for end_to_end, status, reason in payments
    )
    batch_id, batch_status = batch or (f"{about}-1", "")
    batch_said = f"<PmtInfSts>{batch_status}</PmtInfSts>" if batch_status else ""
    whole_said = f"<GrpSts>{whole}</GrpSts>" if whole else ""
    blocks = (
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{batch_id}</OrgnlPmtInfId>{batch_said}{said}</OrgnlPmtInfAndSts>"
        if said or batch_said
        else ""
    )
    return (
        f"{_document('pain.002.001', version)}"
        "<CstmrPmtStsRpt><GrpHdr><MsgId>P2-1</MsgId><CreDtTm>2026-05-29T09:00:00Z</CreDtTm></GrpHdr>\n"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{about}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>"
        f"{whole_said}</OrgnlGrpInfAndSts>{blocks}</CstmrPmtStsRpt></Document>\n"
    ).encode()


def _because(reason: str, told: str) -> str:
    if not reason:
        return ""
    words = f"<AddtlInf>{told}</AddtlInf>" if told else ""
    return f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn>{words}</StsRsnInf>"


_SAMPLES = Path(__file__).parent / "samples"

#: The same two lines without end tags, in the bytes of Windows, and with end tags.
OFX_1 = (_SAMPLES / "download_1.ofx").read_bytes()
OFX_2 = (_SAMPLES / "download_2.ofx").read_bytes()
CSV = (_SAMPLES / "statement.csv").read_bytes()
CARDS = (_SAMPLES / "cards.csv").read_bytes()
#: The same three lines, in either form.
INVOICES_CSV = (_SAMPLES / "invoices.csv").read_bytes()
INVOICES_JSONL = (_SAMPLES / "invoices.jsonl").read_bytes()


def a_source(data: bytes) -> BinaryIO:
    return io.BytesIO(data)
