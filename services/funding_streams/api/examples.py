"""Examples for the API's description: every stream's own, from the ``examples.yaml`` of its folder."""

from collections.abc import Callable, ItemsView, KeysView, Mapping
from typing import Any

from fastapi.openapi.models import Example

from services.funding_streams.discovery import adapters
from services.funding_streams.domain.money import in_pounds
from services.funding_streams.rule_files import rule_files


class ExamplesOnDemand(dict[str, Any]):
    """Examples of a request, read when the description is made and not when a module is imported."""

    def __init__(self, read: Callable[[], Mapping[str, Any]]) -> None:
        super().__init__()
        self._read = read

    def __bool__(self) -> bool:
        return True

    def keys(self) -> KeysView[str]:  # type: ignore[override]
        """The examples' names."""
        self.update(self._read())
        return super().keys()

    def items(self) -> ItemsView[str, Any]:  # type: ignore[override]
        """The examples by name."""
        self.update(self._read())
        return super().items()


def evaluation_examples() -> dict[str, Example]:
    """Return a request for each example of each stream, by stream and name."""
    labels = {stream: profile.label for stream, profile in rule_files().figures.profiles.items()}
    return {
        f"{stream}.{name}": Example(
            summary=f"{labels[stream]}: {example.summary}",
            description=f"Comes to {in_pounds(example.amount_pence)}; {example.status.replace('_', ' ')}.",
            value=evaluation_request(stream, name),
        )
        for stream in (adapter.stream for adapter in adapters())
        for name, example in rule_files().examples.get(stream, {}).items()
    }


def evaluation_request(stream: str, name: str) -> dict[str, Any]:
    """Return the body of one example's request."""
    example = rule_files().examples[stream][name]
    body: dict[str, Any] = {
        "stream": stream,
        **example.model_dump(mode="json", include={"on", "facts"}),
    }
    if example.allocation_pence_per_year is not None:
        body["allocation"] = {"pence_per_year": example.allocation_pence_per_year}
    return body


def bulk_examples() -> dict[str, Example]:
    """Return one request in bulk, of the examples of the first stream that has some on one day."""
    for stream, examples in rule_files().examples.items():
        first = next(iter(examples.values()))
        people = [
            {"id": name, "facts": evaluation_request(stream, name)["facts"]}
            for name, example in examples.items()
            if example.on == first.on
        ]
        body = {"stream": stream, "on": first.on.isoformat(), "people": people}
        return {stream: Example(summary=f"People of one day: {stream.replace('_', ' ')}", value=body)}
    return {}
