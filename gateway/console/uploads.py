"""A form with a file, read as it comes in, so that one that is too large is refused before it is kept."""

from collections import defaultdict
from collections.abc import AsyncGenerator

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from braid.kit.problems import Problem
from gateway.console.forms import Given

_MULTIPART = "multipart/form-data"
#: Of the form around its file, in bytes.
_FIELDS_BYTES_MAX = 10_000


async def uploaded(request: Request, name: str, *, bytes_max: int, fields_max: int = 10) -> tuple[Given, bytes]:
    """The fields of a form, and the content of its file; empty where none was chosen.

    Args:
        name: of the field that the file is in.
        bytes_max: of the file.
        fields_max: that the form can have beside it.

    Raises:
        Problem: 413 or 415.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip() != _MULTIPART:
        raise Problem(415, "not-a-form", "This is not a form with a file")
    try:
        parser = MultiPartParser(
            request.headers, _guarded(request, bytes_max + _FIELDS_BYTES_MAX), max_files=1, max_fields=fields_max
        )
        form = await parser.parse()
    except MultiPartException as error:
        raise Problem(415, "not-a-form", "This is not a form with a file", error.message) from error
    try:
        given: Given = defaultdict(str, {key: value.strip() for key, value in form.items() if isinstance(value, str)})
        file = form.get(name)
        return given, await file.read() if isinstance(file, UploadFile) else b""
    finally:
        await form.close()


async def _guarded(request: Request, bytes_max: int) -> AsyncGenerator[bytes, None]:
    seen = 0
    async for chunk in request.stream():
        seen += len(chunk)
        if seen > bytes_max:
            raise Problem(413, "too-large", "The file is too large", f"At most {bytes_max:,} bytes.")
        yield chunk
