"""YAML in which a key may stand once only: YAML's own loader keeps the last of two equal keys in silence."""

from collections.abc import Hashable
from typing import Any

import yaml

_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MERGE = "tag:yaml.org,2002:merge"


class _OneKeyOnce(_SafeLoader):  # type: ignore[misc]
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [key.value for key, _ in node.value if key.tag != _MERGE]
        twice = sorted({str(key) for key in keys if keys.count(key) > 1})
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"key given twice: {', '.join(twice)}", node.start_mark)
        built: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return built


def read_yaml(text: str) -> Any:
    """Plain data from a YAML text.

    Raises:
        yaml.YAMLError: the text is not YAML, or a key stands twice.
    """
    return yaml.load(text, Loader=_OneKeyOnce)  # noqa: S506 (a safe loader)
