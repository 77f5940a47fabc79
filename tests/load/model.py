"""The load model: what councils of some size do in a year and in their busiest hour, by figures with their sources."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

MODEL = Path(__file__).parent / "model.yaml"
#: What a figure rests on.
KINDS = frozenset({"confirmed", "derived", "law", "unconfirmed", "ours"})


@dataclass(frozen=True)
class Figure:
    """A number and what it rests on.

    Args:
        kind: one of `KINDS`.
        source: where it stands, where it has a source.
    """

    value: float
    kind: str
    about: str
    source: str | None = None


@dataclass(frozen=True)
class Size:
    """How many councils and budgets."""

    name: str
    councils: int
    budgets: int
    about: str


@dataclass(frozen=True)
class Model:
    """The model, as read.

    Args:
        figures: by name.
        sizes: by name.
        acts: how often each act is done in a year, by whom it is done for.
    """

    sources: Mapping[str, str]
    figures: Mapping[str, Figure]
    sizes: Mapping[str, Size]
    hours: Mapping[str, Figure]
    acts: Mapping[str, tuple[str, Figure]]

    @property
    def working_hours(self) -> float:
        """Of a year."""
        return self.hours["working_days"].value * self.hours["hours_a_day"].value

    def acts_a_year(self) -> Mapping[str, float]:
        """How often each act is done in a year for one budget."""
        shares = {
            "budget": 1.0,
            "new": self.figures["new_share"].value,
            "direct_payment": self.figures["direct_payment_share"].value,
        }
        return {name: shares[of] * figure.value for name, (of, figure) in self.acts.items()}

    def acts_in_the_busiest_hour(self, size: Size) -> Mapping[str, float]:
        """How often each act is done in the busiest hour of all councils of a size."""
        busiest = self.hours["peak"].value / self.working_hours
        return {name: times * size.budgets * busiest for name, times in self.acts_a_year().items()}


def read_model(file: Path = MODEL) -> Model:
    """Read the model.

    Raises:
        KeyError: a part is missing.
    """
    told: Mapping[str, Any] = yaml.safe_load(file.read_text())
    return Model(
        told["sources"],
        {name: Figure(**figure) for name, figure in told["figures"].items()},
        {name: Size(name, one["councils"], one["budgets"], one["about"]) for name, one in told["sizes"].items()},
        {name: Figure(**figure) for name, figure in told["hours"].items()},
        {name: (act["of"], Figure(**act["times"])) for name, act in told["acts"].items()},
    )
