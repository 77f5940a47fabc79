"""The PDF of a statement: tagged, in the right language, whole, and the same for the same statement."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from services.ledger.statements.page import MovementOut, StatementOut, StreamOut
from services.ledger.statements.pdf import statement_pdf
from tests.ledger.spending.builders import an_id
from tests.ledger.statements.histories import at


def a_page(*texts: str) -> StatementOut:
    return StatementOut(
        budget_id=an_id("budget"),
        person_id=an_id("person"),
        first=date(2009, 6, 1),
        last=date(2009, 6, 30),
        known_at=at(date(2009, 7, 3)),
        title="Your budget statement",
        period="1 June 2009 to 30 June 2009",
        summary=["On 1 June 2009 you had £5,200.00."],
        opening_pence=520_000,
        closing_pence=515_000,
        in_account_pence=0,
        held_pence=0,
        to_pay_back_pence=0,
        streams=[
            StreamOut(
                stream="adult_social_care",
                name="Adult social care",
                opening_pence=520_000,
                in_pence=0,
                out_pence=5_000,
                closing_pence=515_000,
                in_account_pence=0,
                held_pence=0,
                entries="",
            )
        ],
        movements=[
            MovementOut(
                on=date(2009, 6, 10),
                recorded_on=date(2009, 6, 20),
                text=text,
                change_pence=-5_000,
                to_account_pence=0,
                left_pence=515_000,
                by_stream={"adult_social_care": -5_000},
                entry="",
            )
            for text in texts
        ],
        more=None,
    )


def read(pdf: bytes) -> PdfReader:
    from io import BytesIO

    return PdfReader(BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in read(pdf).pages).split())


def tags_of(pdf: bytes) -> set[str]:
    tags: set[str] = set()

    def walk(element: object) -> None:
        if isinstance(element, list):
            for one in element:
                walk(one.get_object())
        elif isinstance(element, DictionaryObject):
            if "/S" in element:
                tags.add(str(element["/S"]))
            if "/K" in element:
                walk(element["/K"].get_object())

    walk(read(pdf).trailer["/Root"]["/StructTreeRoot"].get_object())  # type: ignore[index]
    return tags


def test_a_screen_reader_finds_title_headings_tables_and_language() -> None:
    pdf = statement_pdf(a_page("Spent on personal care"))
    root = read(pdf).trailer["/Root"]

    assert root["/Lang"] == "en-GB"  # type: ignore[index]
    assert root["/MarkInfo"]["/Marked"]  # type: ignore[index]
    assert {"/Title", "/H1", "/Table", "/TH", "/TD", "/P"} <= tags_of(pdf)
    assert b"pdfuaid:part" in pdf or "pdfuaid" in str(root["/Metadata"].get_object().get_data())  # type: ignore[index]


def test_everything_that_happened_is_on_it() -> None:
    told = text_of(statement_pdf(a_page("Spent on personal care", "The gym: paid to City Leisure")))

    for words in (
        "Your budget statement, 1 June 2009 to 30 June 2009",
        "On 1 June 2009 you had £5,200.00.",
        "Adult social care £5,200.00 £0.00 £50.00 £5,150.00",
        "Spent on personal care (written down on 20 June 2009)",
        "The gym: paid to City Leisure",
        "This is what was written down by 3 July 2009.",
    ):
        assert words in told


def test_the_same_statement_is_the_same_bytes() -> None:
    assert statement_pdf(a_page("Spent")) == statement_pdf(a_page("Spent"))


def test_a_payee_s_name_is_never_read_as_markup() -> None:
    told = text_of(statement_pdf(a_page('#panic("x") $ *bold* _it_ `raw` @label <b>')))

    assert '#panic("x") $ *bold* _it_ `raw` @label <b>' in told


@pytest.mark.parametrize(
    ("name", "shown"), [("Łukasz Żółć", "Łukasz Żółć"), ("Siân Ŵyn", "Siân Ŵyn"), ("中文店", "ZhongWenDian")]
)
def test_names_in_other_letters_are_still_told(name: str, shown: str) -> None:
    assert shown in text_of(statement_pdf(a_page(name)))


@settings(max_examples=25, deadline=None)
@given(text=st.text(max_size=40))
def test_no_text_whatever_keeps_a_statement_from_being_made(text: str) -> None:
    assert statement_pdf(a_page(text)).startswith(b"%PDF")
