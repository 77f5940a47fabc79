"""The page of the API: Swagger UI from its package over our own OpenAPI document, with nothing from outside."""

from collections.abc import Mapping
from functools import cache
from importlib import resources

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from braid.kit.problems import not_found

#: Our own page and files alone, and pictures that the style sheet holds; the page runs scripts, so it shows no record.
PAGE_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_PACKAGE, _OURS = "fastapi_standalone_docs", "gateway.api_page"
#: File by name: the package that it comes from, where in it, and what it is.
FILES: Mapping[str, tuple[str, str, str]] = {
    "swagger-ui-bundle.js": (_PACKAGE, "static/swagger/swagger-ui-bundle.js", "text/javascript"),
    "swagger-ui.css": (_PACKAGE, "static/swagger/swagger-ui.css", "text/css"),
    "start.js": (_OURS, "start.js", "text/javascript"),
    "page.css": (_OURS, "page.css", "text/css"),
}
#: Browsers may keep a file for a day, in seconds: it changes with a version of the platform.
FILE_LIFE_S = 24 * 60 * 60


def api_page_routes() -> APIRouter:
    """The page and its files, for anybody: the documents that it shows are public."""
    router = APIRouter(include_in_schema=False)

    @router.get("/api-docs")
    async def page() -> HTMLResponse:
        return HTMLResponse(_content(_OURS, "page.html"), headers=dict(PAGE_HEADERS))

    @router.get("/api-docs/{name}")
    async def file(name: str) -> Response:
        if name not in FILES:
            raise not_found("file")
        package, path, media_type = FILES[name]
        headers = {"Cache-Control": f"public, max-age={FILE_LIFE_S}"}
        return Response(_content(package, path), media_type=f"{media_type}; charset=utf-8", headers=headers)

    return router


@cache
def _content(package: str, path: str) -> bytes:
    return (resources.files(package) / path).read_bytes()
