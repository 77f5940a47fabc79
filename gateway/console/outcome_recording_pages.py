"""The page on which a practitioner records what somebody answered: who answered, when, and each answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from fastapi import APIRouter, Request
from fastapi.responses import Response

from braid.kit.identity import Principal
from gateway.console.errors import PageRoute
from gateway.console.forms import Fault, Form, Given, day_of, filled, refusal, sent, today
from gateway.console.outcome_reads import OUTCOMES, about, instrument_of, recorder, waves_of
from gateway.console.outcome_view import RESPONDENTS, item_text, level_text, wave_name
from gateway.console.rendering import page, see_other
from gateway.forms import form_fields
from gateway.forwarding import Door

OK, CREATED, UNPROCESSABLE = 200, 201, 422
FIELDS_MAX = 150
_HERE = "/people/{person_id}/outcomes/new"
#: What the service refuses -> the field at which it is mended.
_FIELDS: Mapping[str, str] = {
    "second-baseline": "wave",
    "wave-answered": "wave",
    "unknown-wave": "wave",
    "other-version": "wave",
    "before-the-baseline": "answered_on",
    "after-death": "answered_on",
    "no-licence": "answered_on",
    "not-yet": "answered_on",
    "not-made-for-them": "respondent",
}
Told = Mapping[str, Any]


@dataclass(frozen=True)
class ItemField:
    """A question of the form, and what may be chosen."""

    field: str
    text: str
    options: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Sheet:
    """What is recorded: an instrument for a person, or for a carer of theirs.

    Args:
        waves: what may be chosen, and its words.
    """

    person_id: UUID
    instrument: Told
    carer_id: str
    waves: Mapping[str, str]

    @property
    def respondents(self) -> list[tuple[str, str, str]]:
        """Who may have answered; where it is about a carer, the carer is the person themselves."""
        allowed = [code for code in RESPONDENTS if code in self.instrument["answered_by"]]
        of_carer = {"self": ("The carer themselves", RESPONDENTS["self"][1])} if self.carer_id else {}
        return [(code, *{**RESPONDENTS, **of_carer}[code]) for code in allowed]

    @property
    def items(self) -> tuple[ItemField, ...]:
        """The questions in the order in which they are asked."""
        return tuple(_item_field(self.instrument, item) for item in self.instrument["items"])


def outcome_recording_routes(door: Door) -> APIRouter:
    """Recording what somebody answered; the outcomes service checks again what may be recorded."""
    router = APIRouter(route_class=PageRoute)

    @router.get(_HERE)
    async def form(
        person_id: UUID, request: Request, instrument: str = "", wave: str = "", carer: str = ""
    ) -> Response:
        principal = await recorder(door, request)
        sheet = await _sheet(door, principal, person_id, instrument, carer) if instrument else None
        if sheet is None:
            return see_other(f"/people/{person_id}/outcomes")
        new = filled(wave=wave if wave in sheet.waves else "", answered_on=today().isoformat())
        return await _form_page(door, request, principal, sheet, new)

    @router.post(_HERE)
    async def record(person_id: UUID, request: Request) -> Response:
        principal = await recorder(door, request)
        given = await form_fields(request, most=FIELDS_MAX)
        sheet = await _sheet(door, principal, person_id, given["instrument"], given["carer"])
        if sheet is None:
            return see_other(f"/people/{person_id}/outcomes")
        body, faults = _told(sheet, given)
        status = UNPROCESSABLE
        if not faults:
            answer = await sent(door, principal, OUTCOMES, f"/v1/people/{person_id}/outcome-responses", given, body)
            if answer.status_code == CREATED:
                response_id = answer.json()["response_id"]
                return see_other(f"/people/{person_id}/outcomes/answered/{response_id}?done=recorded")
            faults, status = _refused(answer, sheet), answer.status_code
        return await _form_page(door, request, principal, sheet, Form(given, faults), status)

    return router


async def _sheet(door: Door, principal: Principal, person_id: UUID, instrument_id: str, carer_id: str) -> Sheet | None:
    """What is recorded; None where the person, or the carer, is not asked that."""
    told = await waves_of(door, principal, person_id)
    known = next(
        (one for one in told["asked"] if (one["instrument_id"], one["carer_id"] or "") == (instrument_id, carer_id)),
        None,
    )
    if known is None:
        return None
    instrument = await instrument_of(door, principal, instrument_id, known["version"])
    answered = {(wave["wave"], wave["number"]) for wave in known["waves"] if wave["response_id"]}
    return Sheet(person_id, instrument, carer_id, _waves(instrument, known["waves"], answered))


def _waves(instrument: Told, known: Sequence[Told], answered: set[tuple[str, int]]) -> Mapping[str, str]:
    """Every wave that has no answers, up to the next to come; also those without a baseline, which have no day."""
    repeated = {kind["code"]: kind["is_repeated"] for kind in instrument["waves"]}
    numbers = {code: [1] for code in repeated}
    for wave in known:
        numbers[wave["wave"]].append(wave["number"])
    last = {code: max(each) for code, each in numbers.items()}
    return {
        f"{code}:{number}": wave_name(code, number)
        for code in repeated
        for number in range(1, last[code] + 1)
        if (code, number) not in answered
    }


def _item_field(instrument: Told, item: Told) -> ItemField:
    options = [(str(level["level"]), level_text(item, level["level"]), "") for level in item["levels"]]
    return ItemField(f"answer-{item['item_id']}", item_text(instrument, item), (*options, ("", "Not answered", "")))


def _told(sheet: Sheet, given: Given) -> tuple[Told, tuple[Fault, ...]]:
    """What was answered, and what of the form does not fit."""
    faults = []
    if given["wave"] not in sheet.waves:
        faults.append(Fault("wave", "Select when it was asked"))
    if given["respondent"] not in sheet.instrument["answered_by"]:
        faults.append(Fault("respondent", "Select who answered"))
    if day_of(given["answered_on"]) is None:
        faults.append(Fault("answered_on", "Enter the day on which it was answered"))
    answers = {
        item["item_id"]: level["level"]
        for item in sheet.instrument["items"]
        for level in item["levels"]
        if given[f"answer-{item['item_id']}"] == str(level["level"])
    }
    if not answers:
        faults.append(Fault(sheet.items[0].field, "Select at least one answer"))
    if faults:
        return {}, tuple(faults)
    code, _, number = given["wave"].partition(":")
    return {
        "instrument_id": sheet.instrument["instrument_id"],
        "version": sheet.instrument["version"],
        "carer_id": sheet.carer_id or None,
        "respondent": given["respondent"],
        "wave": code,
        "number": int(number),
        "answered_on": given["answered_on"],
        "answers": answers,
    }, ()


def _refused(answer: httpx.Response, sheet: Sheet) -> tuple[Fault, ...]:
    """Why the service does not take the answers, at the field where that is mended."""
    [told] = refusal(answer)
    kind = str(answer.json().get("type", "")).rpartition("/")[2].rpartition(":")[2]
    if kind == "nothing-answered":
        return (Fault(sheet.items[0].field, told.text),)
    return (Fault(_FIELDS.get(kind, ""), told.text),)


async def _form_page(
    door: Door, request: Request, principal: Principal, sheet: Sheet, form: Form, status: int = OK
) -> Response:
    person, carers = await about(door, principal, sheet.person_id)
    return page(
        "outcome_recording.html",
        request=request,
        status=status,
        principal=principal,
        sheet=sheet,
        person=person,
        carer=carers.get(sheet.carer_id, "a carer") if sheet.carer_id else "",
        form=form,
    )
