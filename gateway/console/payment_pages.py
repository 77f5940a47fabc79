"""The pages of payment runs: built, checked, approved by another, filed, sent, answered by the bank, finished."""

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple
from uuid import UUID

import httpx
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from braid.kit.identity import Principal
from braid.kit.problems import Problem, not_found
from gateway.console.errors import PageRoute
from gateway.console.forms import Fault, Form, Given, refusal, sent
from gateway.console.payment_forms import answer_path, file_asked, new_run, run_asked
from gateway.console.payment_view import (
    CONSEQUENCES,
    DONE,
    FORMATS,
    ITEM_STATES,
    MAY_LOOK,
    MAY_RUN,
    Run,
    actions,
    answer_in_words,
    payments_of,
    query_of,
    run_of,
)
from gateway.console.people_view import names_of, read
from gateway.console.rendering import PAGE_HEADERS, page, see_other
from gateway.console.session import signed_in
from gateway.console.uploads import uploaded
from gateway.forms import form_fields, require_own_form
from gateway.forwarding import Door

OK, CREATED, CHANGED, UNPROCESSABLE = 200, 201, 409, 422
LEDGER, RUNS = "ledger", "/v1/payment-runs"
PAYMENTS_A_PAGE, HELD_SHOWN = 25, 10
#: A hundred thousand payments, each with its status and its reason; as the gateway's own table has it.
ANSWER_BYTES_MAX = 100_000_000
STEPS = frozenset({"check", "approval", "cancellation", "sent", "finish"})
FILE_HEADERS = ("content-type", "content-disposition")


class Shown(NamedTuple):
    """Which payments of a run are shown: those in a state, after one of them."""

    state: str = ""
    after: str = ""


EVERYTHING = Shown()


def payment_routes(door: Door) -> APIRouter:
    """Payment runs; the ledger checks again who may see and do what."""
    router = APIRouter()
    router.include_router(_reading(door))
    router.include_router(_steps(door))
    router.include_router(_files(door))
    return router


def _reading(door: Door) -> APIRouter:
    router = APIRouter(route_class=PageRoute, prefix="/payments")

    @router.get("")
    async def runs(request: Request) -> Response:
        principal = await _somebody_of(door, request, MAY_LOOK)
        told = await read(door, principal, LEDGER, RUNS, query="limit=50")
        found = [run_of(each, principal) for each in told["runs"]]
        may_run = bool(principal.roles & MAY_RUN)
        return page("payment_runs.html", request=request, principal=principal, runs=found, may_run=may_run)

    @router.get("/runs/{run_id}")
    async def run(
        run_id: UUID,
        request: Request,
        state: str = "",
        after: Annotated[str, Query(max_length=64)] = "",
        done: str = "",
    ) -> Response:
        principal = await _somebody_of(door, request, MAY_LOOK)
        shown = Shown(state if state in ITEM_STATES else "", after)
        return await _run_page(door, request, principal, run_id, shown=shown, done=DONE.get(done, ""))

    return router


def _steps(door: Door) -> APIRouter:
    router = APIRouter(route_class=PageRoute, prefix="/payments")

    @router.get("/new")
    async def new(request: Request) -> Response:
        principal = await _somebody_of(door, request, MAY_RUN)
        return page("payment_run_new.html", request=request, principal=principal, form=new_run())

    @router.post("/new")
    async def build(request: Request) -> Response:
        principal = await _somebody_of(door, request, MAY_RUN)
        require_own_form(request)
        given = await form_fields(request)
        asked, faults = run_asked(given)
        status = UNPROCESSABLE
        if not faults:
            answer = await sent(door, principal, LEDGER, RUNS, given, asked)
            if answer.status_code == CREATED:
                return see_other(f"/payments/runs/{answer.json()['run_id']}?done=build")
            faults, status = refusal(answer), answer.status_code
        form = Form(given, faults)
        return page("payment_run_new.html", request=request, status=status, principal=principal, form=form)

    @router.post("/runs/{run_id}/step")
    async def take_step(run_id: UUID, request: Request) -> Response:
        principal = await _somebody_of(door, request, MAY_LOOK)
        require_own_form(request)
        given = await form_fields(request)
        if given["step"] not in STEPS:
            raise not_found("step")
        if given["seen"] != (await _run(door, principal, run_id)).seen:
            told = "The run has changed since you looked at it. This is what it is now; decide again."
            return await _run_page(door, request, principal, run_id, faults=(Fault("", told),), status=CHANGED)
        answer = await sent(door, principal, LEDGER, f"{RUNS}/{run_id}/{given['step']}", given)
        if answer.status_code == OK:
            return see_other(f"/payments/runs/{run_id}?done={given['step']}")
        return await _run_page(
            door, request, principal, run_id, faults=refusal(answer), status=_refused(answer.status_code)
        )

    return router


def _files(door: Door) -> APIRouter:
    router = APIRouter(route_class=PageRoute, prefix="/payments")

    @router.get("/runs/{run_id}/file/new")
    async def file_form(run_id: UUID, request: Request) -> Response:
        principal = await _somebody_of(door, request, MAY_RUN)
        return await _file_page(door, request, principal, run_id, Form())

    @router.post("/runs/{run_id}/file/new")
    async def fix_file(run_id: UUID, request: Request) -> Response:
        principal = await _somebody_of(door, request, MAY_RUN)
        require_own_form(request)
        given = await form_fields(request)
        asked, faults = file_asked(given)
        status = UNPROCESSABLE
        if not faults:
            answer = await sent(door, principal, LEDGER, f"{RUNS}/{run_id}/file", given, asked)
            if answer.status_code == OK:
                return see_other(f"/payments/runs/{run_id}?done=file")
            faults, status = refusal(answer), _refused(answer.status_code)
        return await _file_page(door, request, principal, run_id, Form(given, faults), status)

    @router.get("/runs/{run_id}/file")
    async def file(run_id: UUID, request: Request) -> Response:
        principal = await _somebody_of(door, request, MAY_RUN)
        answer = await door.ask(principal, LEDGER, "GET", f"{RUNS}/{run_id}/file")
        if answer.status_code != OK:
            raise Problem(answer.status_code, "not-available", "The file is not available", refusal(answer)[0].text)
        told = {name: answer.headers[name] for name in FILE_HEADERS}
        return Response(answer.content, headers={**PAGE_HEADERS, **told})

    @router.get("/bank-answer")
    async def answer_form(request: Request) -> Response:
        principal = await _somebody_of(door, request, MAY_RUN)
        return page("payment_answer.html", request=request, principal=principal, form=Form(), followed=None)

    @router.post("/bank-answer")
    async def take_answer(request: Request) -> Response:
        principal = await _somebody_of(door, request, MAY_RUN)
        require_own_form(request)
        given, content = await uploaded(request, "file", bytes_max=ANSWER_BYTES_MAX)
        answer, faults = await _answered(door, principal, given, content)
        followed = answer.json() if answer is not None and not faults else None
        return page(
            "payment_answer.html",
            request=request,
            status=OK if followed else UNPROCESSABLE,
            principal=principal,
            form=Form(given, faults),
            followed=followed,
            lines=answer_in_words(followed) if followed else (),
            consequences=CONSEQUENCES,
        )

    return router


async def _somebody_of(door: Door, request: Request, roles: frozenset[Any]) -> Principal:
    principal = await signed_in(door, request)
    if not principal.roles & roles:
        raise Problem(403, "not-allowed", "Payments are for those who make, approve and audit them")
    return principal


async def _run(door: Door, principal: Principal, run_id: UUID) -> Run:
    return run_of(await read(door, principal, LEDGER, f"{RUNS}/{run_id}"), principal)


async def _items(door: Door, principal: Principal, run_id: UUID, shown: Shown, limit: int) -> Mapping[str, Any]:
    query = query_of(state=shown.state, after=shown.after, limit=str(limit))
    return await read(door, principal, LEDGER, f"{RUNS}/{run_id}/items", query=query)


async def _run_page(
    door: Door,
    request: Request,
    principal: Principal,
    run_id: UUID,
    *,
    shown: Shown = EVERYTHING,
    done: str = "",
    faults: tuple[Fault, ...] = (),
    status: int = OK,
) -> Response:
    """A run as it is now, whatever was asked of it before."""
    told = await read(door, principal, LEDGER, f"{RUNS}/{run_id}")
    run = run_of(told, principal)
    listed = await _items(door, principal, run_id, shown, PAYMENTS_A_PAGE)
    held = (await _items(door, principal, run_id, Shown("held"), HELD_SHOWN))["items"]
    people = {item["person_id"] for item in (*listed["items"], *held)}
    names = await names_of(door, principal, people)
    on, others = actions(run, principal, told["steps"][0]["actor"])
    return page(
        "payment_run.html",
        request=request,
        status=status,
        principal=principal,
        run=run,
        payments=payments_of(listed["items"], names, run.state),
        held=payments_of(held, names, run.state),
        shown=shown,
        next_query=query_of(state=shown.state, after=listed["next"] or "") if listed["next"] else "",
        on=on,
        others=others,
        may_run=bool(principal.roles & MAY_RUN),
        is_builder=principal.subject == told["steps"][0]["actor"],
        form=Form(faults=faults),
        done=done,
    )


async def _file_page(
    door: Door, request: Request, principal: Principal, run_id: UUID, form: Form, status: int = OK
) -> Response:
    run = await _run(door, principal, run_id)
    return page(
        "payment_file.html", request=request, status=status, principal=principal, run=run, form=form, formats=FORMATS
    )


async def _answered(
    door: Door, principal: Principal, given: Given, content: bytes
) -> tuple[httpx.Response | None, tuple[Fault, ...]]:
    """What the ledger made of a file of the bank."""
    if not content:
        return None, (Fault("file", "Select the file that the bank sent"),)
    path = answer_path(content)
    if not path:
        told = "The file must be a status report (pain.002) or an account statement (camt.053)"
        return None, (Fault("file", told),)
    headers = {"idempotency-key": given["key"].encode("ascii", "replace").decode(), "content-type": "application/xml"}
    answer = await door.ask(principal, LEDGER, "POST", path, headers=headers, content=content)
    return answer, () if answer.status_code == OK else tuple(Fault("file", fault.text) for fault in refusal(answer))


def _refused(status: int) -> int:
    """The status of a page that tells of a refusal: the ledger's own, so far as it is about the request."""
    return status if status in (403, CHANGED, UNPROCESSABLE) else UNPROCESSABLE
