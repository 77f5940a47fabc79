"""A disk that is filled is full, and has room again afterwards; what servers logged on it outlives it."""

from pathlib import Path

import pytest

from tests.chaos.servers import Disk


def test_a_disk_is_filled_and_emptied_and_leaves_its_logs(tmp_path: Path) -> None:
    folder = tmp_path / "broker"
    folder.mkdir()
    with Disk(folder, tmp_path) as disk:
        (folder / "broker.log").write_text("why")
        if disk.is_small:
            disk.fill()
            with pytest.raises(OSError, match="No space left"):
                (folder / "data").write_bytes(bytes(2_000_000))
            disk.empty()
        (folder / "data").write_bytes(bytes(2_000_000))

    assert (tmp_path / "broker-broker.log").read_text() == "why"
    assert not folder.exists()
