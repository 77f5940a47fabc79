"""The README tells how many published worked examples are reproduced, and it is true."""

from .published_examples import LINE, README, is_argued_against, line, published_examples, published_rows


def test_every_published_example_is_reproduced_to_the_penny_or_argued_against_in_its_file() -> None:
    argued = [row for row in published_rows() if is_argued_against(row)]
    reproduced, there_are = published_examples()

    assert reproduced + len({row["row"] for row in argued}) == there_are > 0
    assert [row["row"] for row in argued if len(row.get("note", "")) < 80] == []


def test_the_readme_tells_the_count_as_it_is() -> None:
    found = LINE.search(README.read_text(encoding="utf-8"))

    assert found, "the README tells no count"
    assert found.group() == line(), "python -m tests.funding_streams.published_examples --write mends it"
