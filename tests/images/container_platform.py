"""The whole platform with each command in a container of its own, shut in as a cluster shuts it in."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.real_parts.process_platform import ProcessPlatform

from .building import IMAGE
from .engine import Engine

#: What `securityContext` and the Compose file say, in podman's words: nothing can be written but a small /tmp, no
#: rights can be had, and memory and processes have an end.
SHUT_IN = (
    "--read-only",
    "--read-only-tmpfs=false",
    "--tmpfs=/tmp:size=64m,mode=1777",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
    "--memory=384m",
    "--pids-limit=128",
)


@dataclass
class ContainerPlatform(ProcessPlatform):
    """The platform's processes as containers of the image on the machine's own network.

    Args:
        engine: that has the image.
    """

    engine: Engine | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        # The image's user is nobody of this machine's, and has to read the keys.
        self.folder.chmod(0o755)
        for file in self.folder.iterdir():
            file.chmod(0o644)

    @staticmethod
    def container(command: str) -> str:
        """Name of the container that runs a command."""
        return command.replace(" ", "-").replace("_", "-")

    def _program(self, command: str) -> list[str]:
        return [
            *("podman", "run", "--rm", f"--name={self.container(command)}", "--network=host", *SHUT_IN),
            f"--volume={self.folder}:{self.folder}:ro",
            # By name alone: podman reads the values, with their passwords, from its own environment.
            *(f"--env={name}" for name in super().environment(command)),
            *(IMAGE, *command.split()),
        ]

    def environment(self, command: str) -> Mapping[str, str]:
        assert self.engine is not None
        return {**self.engine.environment, **super().environment(command)}
