"""Writing a file and its digest in one pass."""

import hashlib
from typing import BinaryIO


class DigestingWriter:
    """Passes bytes on, counts them and hashes them, so that a file of any size is written once and never read back."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._digest = hashlib.sha256()
        self.size_bytes = 0

    def write(self, data: bytes) -> int:
        """Write some bytes."""
        self._digest.update(data)
        self.size_bytes += len(data)
        return self._out.write(data)

    @property
    def sha256(self) -> str:
        """The digest of all that was written."""
        return self._digest.hexdigest()
