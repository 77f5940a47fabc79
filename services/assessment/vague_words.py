"""Words that mean something else to everybody: a question that says one says what it means there."""

import re
from collections.abc import Iterator, Mapping

#: Words that mean something else to everybody; a question that uses one says what it means there. Early users of
#: individual budgets said so of "substantial" and "frequent" (Rabiee, Moran and Glendinning 2009).
VAGUE_WORDS = (
    "a lot",
    "frequent",
    "frequently",
    "majority",
    "many",
    "most",
    "occasional",
    "occasionally",
    "often",
    "regular",
    "regularly",
    "several",
    "significant",
    "some",
    "sometimes",
    "substantial",
    "usually",
)


def definition_reasons(said: str, definitions: Mapping[str, str]) -> Iterator[str]:
    """Find vague words without a definition, and definitions of what is not said.

    Args:
        said: all words of a question.
        definitions: what each word of it means there.
    """
    # "How many" asks for a number; only the answer "many" would be vague.
    said = said.lower().replace("how many", "")
    defined = {word.lower() for word in definitions}
    for word in VAGUE_WORDS:
        if _says(said, word) and word not in defined:
            yield f"the word {word!r} is vague; define it in the question"
    for word in sorted(defined):
        if not _says(said, word):
            yield f"defines {word!r}, which the question does not say"


def _says(said: str, word: str) -> bool:
    return re.search(rf"\b{re.escape(word)}\b", said) is not None
