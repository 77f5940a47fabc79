"""A process of its own that tells of one request, in its log and in what it asks another service.

Logging and tracing are set once for a process, so a test cannot set them in its own. Called with the format and level
of the log, and with the headers of the request as JSON; it puts out, as JSON, what the other service is told.
"""

import json
import logging
import sys
from uuid import UUID

import structlog

from braid.kit.logs import start_logging
from braid.kit.origin import Origin, reset_origin, set_origin
from braid.kit.telemetry import asking, serving, start_tracing

log = structlog.get_logger("braid.example")
library = logging.getLogger("a.library")


def _work(headers: dict[str, str]) -> None:
    before = set_origin(Origin("request-0001", None))
    with serving("example", "GET", headers):
        log.debug("detail")
        log.info("ours", council="E10000001", ids=[UUID(int=7)], torn="\udce9")
        library.info("theirs of %s", "a library")
        logging.getLogger("httpx").info("GET /people/1")
        for failing in (log.error, library.error):
            try:
                raise ValueError("of a kind")
            except ValueError as error:
                failing("failed", exc_info=error)
        told: dict[str, str] = {}
        with asking("ledger", "GET", told):
            log.info("asking")
    reset_origin(before)
    log.info("between requests")
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    start_logging(sys.argv[1], sys.argv[2])
    start_tracing(None, service="example")
    _work(json.loads(sys.argv[3]))
