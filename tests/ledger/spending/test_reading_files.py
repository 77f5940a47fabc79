"""What is sent as the content of a file and is none is refused before anything reads it."""

import pytest

from services.ledger.bank_files.refusals import FileUnreadable
from services.ledger.spending.reading_files import FileFormat, read_file


@pytest.mark.parametrize("content", ["A", "not base64!", "caf\u00e9", "\U0004a904"])
def test_content_that_is_not_base64_is_refused(content: str) -> None:
    with pytest.raises(FileUnreadable, match="not base64"):
        read_file(FileFormat.CAMT_053, content, None)
