"""How hard words are to read, as the school grade whose pupils can read them: the Automated Readability Index.

Smith and Senter, "Automated Readability Index" (1967): of the measures of its kind the one that needs no dictionary of
syllables. A grade is one of an American school: add five for the age of a reader. It counts letters and words, and says
nothing of whether people of a group understand a question: that is asked of them.
"""

import re
from collections.abc import Iterable

_WORD = re.compile(r"[A-Za-z0-9]+(?:['’-][A-Za-z0-9]+)*")
_END = re.compile(r"[.?!:]+(?:\s|$)")


def reading_grade(texts: Iterable[str]) -> float:
    """The grade of texts taken together; a text ends a sentence, whether or not it says so.

    Raises:
        ValueError: there is no word in them.
    """
    sentences = [part for text in texts for part in _END.split(text) if _WORD.search(part)]
    words = [word for part in sentences for word in _WORD.findall(part)]
    if not words:
        raise ValueError("there is nothing to read")
    letters = sum(len(re.sub(r"[^A-Za-z0-9]", "", word)) for word in words)
    return round(4.71 * letters / len(words) + 0.5 * len(words) / len(sentences) - 21.43, 1)
