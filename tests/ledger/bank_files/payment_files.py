"""Payment files to write, as an example council would."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import BinaryIO
from uuid import UUID

from hypothesis import strategies as st

from services.ledger.domain.bank import BankAccount, OutgoingPayment, PaymentFile, WrittenFile

COUNCIL = BankAccount("200915", "41011166", "Example Council")
FRIDAY, MONDAY = date(2026, 5, 29), date(2026, 6, 1)


def a_payment(
    number: int = 1,
    pence: int = 66_000,
    *,
    name: str = "Ann Example",
    reference: str = "BRAID 0001",
    on: date = FRIDAY,
    remittance: str = "",
) -> OutgoingPayment:
    """A payment whose id is its number."""
    payee = BankAccount("107999", "88837491", name)
    return OutgoingPayment(UUID(int=number), payee, pence, reference, on, remittance)


def a_file(*payments: OutgoingPayment, message_id: str = "E10000001-2026-05-29-1") -> PaymentFile:
    """A file of a council that sends by Bacs."""
    created_at = datetime(2026, 5, 27, 15, 30, 12, 345678, UTC)
    return PaymentFile(message_id, created_at, COUNCIL, payments or (a_payment(),), "123456")


def written(file: PaymentFile, write: Callable[[PaymentFile, BinaryIO], WrittenFile]) -> tuple[bytes, WrittenFile]:
    """The bytes of a file, and what its writer says about it."""
    out = io.BytesIO()
    told = write(file, out)
    return out.getvalue(), told


#: Names as people have them and as they break a format; a letter first, so that something is left of each.
NAMES = st.text(st.sampled_from("aZ0 .&/-'’<>\"\tëŁøßñЖ北ع👩;,+:()[]\u00a0"), max_size=24).map(lambda name: "A" + name)


@st.composite
def any_files(draw: st.DrawFn, most: int = 12) -> PaymentFile:
    """Any run that a council could pay."""
    accounts = st.builds(
        BankAccount, st.from_regex(r"[0-9]{6}", fullmatch=True), st.from_regex(r"[0-9]{8}", fullmatch=True), NAMES
    )
    several = draw(
        st.lists(
            st.builds(
                OutgoingPayment,
                st.uuids(version=4),
                accounts,
                st.integers(1, 20_000_000_00),
                NAMES,
                st.sampled_from([FRIDAY, MONDAY, date(2026, 6, 30)]),
                st.one_of(st.just(""), NAMES),
            ),
            min_size=1,
            max_size=most,
            unique_by=lambda payment: payment.payment_id,
        )
    )
    return replace(a_file(), payments=tuple(several), payer=draw(accounts))
