"""What a browser may load for a report: its own style and the pictures inside it, and nothing from anywhere."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files


@cache
def content_security() -> str:
    """The Content-Security-Policy of a page that `braid.kit.reports.page` made; needs no analysis packages."""
    template = files("braid.kit.reports").joinpath("page.html.jinja").read_text(encoding="utf-8")
    style = template.split("<style>", maxsplit=1)[1].split("</style>", maxsplit=1)[0]
    # Jinja keeps the style as it stands: there is nothing to fill in.
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'; sandbox"
    )
