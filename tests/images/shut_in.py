"""What a container may do, as podman tells it."""

from collections.abc import Mapping
from typing import Any


def how_it_is_shut_in(container: Mapping[str, Any]) -> dict[str, Any]:
    """Who runs it, what it may change, and how much memory, in bytes, it may take."""
    host = container["HostConfig"]
    return {
        "user": container["Config"]["User"],
        "root can be written": not host["ReadonlyRootfs"],
        "capabilities": container["EffectiveCaps"] or [],
        "new privileges": not any("no-new-privileges" in option for option in host["SecurityOpt"]),
        "memory": host["Memory"],
    }
