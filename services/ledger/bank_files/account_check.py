"""Whether a sort code and an account number can belong together: the modulus check, by a library.

Vocalink publishes the weight table (``valacdos``) and the substitution table (``scsubtab``) for everybody's use and
renews them several times a year, so neither is shipped: a council names the files that it has fetched. A sort code that
the table does not have is presumed valid, as the specification says, and told apart as not checked.
"""

from collections.abc import Iterable
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

from uk_modulus_check import SortCodeSubstitutionTable, UKModulusChecker, WeightTable

from services.ledger.domain.bank import AccountDetailsImpossible

_SORT_CODES_REMEMBERED = 20_000
_USUAL_DIGITS, _SANTANDER_DIGITS, _LONG_DIGITS, _FEWEST_DIGITS = 8, 9, 10, 6
_COOPERATIVE_BANK = "08"


class AccountCheck(StrEnum):
    """What the modulus check says."""

    FITS = "fits"
    DOES_NOT_FIT = "does_not_fit"
    NOT_CHECKED = "not_checked"


class WeightTableUnreadable(ValueError):
    """A table that is not in Vocalink's form."""


class AccountChecker:
    """The modulus check with one edition of the tables.

    Args:
        weights: lines of ``valacdos``; without any, nothing is checked and everything is told as not checked.
        substitutions: lines of ``scsubtab``.

    Raises:
        WeightTableUnreadable: lines that are not in Vocalink's form.
    """

    def __init__(self, weights: Iterable[str] = (), substitutions: Iterable[str] = ()) -> None:
        self._weights = [line for line in weights if line.strip()]
        self._substitutions = SortCodeSubstitutionTable()
        try:
            WeightTable().reload(self._weights)
            self._substitutions.reload([line for line in substitutions if line.strip()])
            self._ranges = [(int(start), int(end)) for start, end, *_ in map(str.split, self._weights)]
        except ValueError as fault:
            raise WeightTableUnreadable(str(fault)) from None
        self._for_sort_code = lru_cache(_SORT_CODES_REMEMBERED)(self._checker_of)

    def check(self, sort_code: str, account_number: str) -> AccountCheck:
        """Check six and eight digits, as `usual_form` gives them."""
        answer = self._for_sort_code(int(sort_code)).validate(int(sort_code), int(account_number))
        if not answer.known_sort_code:
            return AccountCheck.NOT_CHECKED
        return AccountCheck.FITS if answer.result else AccountCheck.DOES_NOT_FIT

    def _checker_of(self, sort_code: int) -> UKModulusChecker:
        """The library with the few lines of one sort code: it looks through the whole table each time."""
        table = WeightTable()
        ranges = zip(self._ranges, self._weights, strict=True)
        table.reload([line for (start, end), line in ranges if start <= sort_code <= end])
        return UKModulusChecker(table, self._substitutions)


@cache
def checker_of(weights_file: str, substitutions_file: str | None) -> AccountChecker:
    """The check with the tables in some files, which are read once.

    Raises:
        WeightTableUnreadable: they are not in Vocalink's form.
        OSError: they are not there.
    """
    substitutions = _lines(substitutions_file) if substitutions_file else []
    return AccountChecker(_lines(weights_file), substitutions)


def _lines(file: str) -> list[str]:
    return Path(file).read_text(encoding="ascii").splitlines()


def usual_form(sort_code: str, account_number: str) -> tuple[str, str]:
    """Six digits and eight, from what people write: the specification's rules for longer and shorter numbers.

    Raises:
        AccountDetailsImpossible: not six digits, or not six to ten.
    """
    code = "".join(sign for sign in sort_code if sign not in " -")
    number = "".join(sign for sign in account_number if sign not in " -")
    if not (len(code) == _FEWEST_DIGITS and code.isascii() and code.isdigit()):
        raise AccountDetailsImpossible("a sort code has six digits")
    if not (_FEWEST_DIGITS <= len(number) <= _LONG_DIGITS and number.isascii() and number.isdigit()):
        raise AccountDetailsImpossible("an account number has six to ten digits")
    if len(number) == _LONG_DIGITS:
        return code, number[:8] if code.startswith(_COOPERATIVE_BANK) else number[-8:]
    if len(number) == _SANTANDER_DIGITS:
        return code[:-1] + number[0], number[1:]
    return code, number.zfill(_USUAL_DIGITS)
