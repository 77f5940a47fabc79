"""Values that a bulk evaluation makes by the hundred thousand."""

from dataclasses import field, fields, make_dataclass
from typing import Any, TypeVar

T = TypeVar("T")


def made_quickly(cls: type[T]) -> type[T]:
    """Let the values of a frozen dataclass be made in a third of the time.

    A frozen dataclass sets each field past a check that would refuse it, which is slow. This takes the check away while
    the program runs; type checkers, which all of this code goes through, still hold the value frozen.
    """
    plain: Any = cls
    given = [
        (one.name, one.type, field(default=one.default, default_factory=one.default_factory)) for one in fields(plain)
    ]
    plain.__init__ = make_dataclass(cls.__name__, given).__dict__["__init__"]
    del plain.__setattr__, plain.__delattr__
    return cls
