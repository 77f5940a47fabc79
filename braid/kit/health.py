"""Probes: ``/livez`` looks at the process alone, ``/readyz`` at what it needs, ``/metrics`` is for Prometheus."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

#: A check returns when all is well and raises otherwise.
Check = Callable[[], Awaitable[None]]

CHECK_TIMEOUT_S = 2


async def nothing_to_measure() -> None:
    """All metrics are kept up to date as things happen."""


def health_routes(
    checks: Mapping[str, Check], measure: Callable[[], Awaitable[None]] = nothing_to_measure
) -> APIRouter:
    """Routes that answer the probes.

    Args:
        checks: what readiness looks at.
        measure: brings metrics up to date that are only worked out when asked for; it raises nothing.
    """
    router = APIRouter(include_in_schema=False)

    @router.get("/livez")
    async def livez() -> dict[str, str]:
        return {"status": "alive"}

    @router.get("/readyz")
    async def readyz() -> JSONResponse:
        results = await asyncio.gather(*(_result(check) for check in checks.values()))
        told = dict(zip(checks, results, strict=True))
        ready = all(result == "ok" for result in results)
        return JSONResponse({"status": "ready" if ready else "not ready", "checks": told}, 200 if ready else 503)

    @router.get("/metrics")
    async def metrics() -> Response:
        await measure()
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router


def probes_only(checks: Mapping[str, Check], measure: Callable[[], Awaitable[None]] = nothing_to_measure) -> FastAPI:
    """An application for commands that serve no API: consumers and relays."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(health_routes(checks, measure))
    return app


async def _result(check: Check) -> str:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S):
            await check()
    except Exception as error:
        return f"failed: {type(error).__name__}"
    return "ok"
