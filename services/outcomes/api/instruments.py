"""Instruments over HTTP: what can be asked, and what the council states about licences."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Body, Query, Response

from braid.kit.http import Caller, ExpectedVersion, Reading, UnitOfWorkRoute, Writing, entity_tag
from braid.kit.permissions import Action, may
from braid.kit.problems import not_found, responses
from braid.kit.unit_of_work import UnitOfWork
from services.outcomes import licences
from services.outcomes.api.bodies import InstrumentOut, InstrumentsOut, LicenceIn, LicenceOut, PastStatementOut
from services.outcomes.instrument_files import released_instruments
from services.outcomes.licences import NOTHING_STATED, Statement

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["outcomes"])

NO_INSTRUMENT = (404, "No such instrument was released.")
_EXAMPLE = {
    "licences": [{"reference": "GLA-2026-0042", "from_day": "2026-04-01", "to_day": "2027-03-31"}],
    "reason": "Bought for the evaluation of this year.",
}


@router.get(
    "/outcome-instruments",
    dependencies=[may(Action.READ_INSTRUMENTS)],
    responses=responses((403, "The caller's role does not allow it.")),
)
async def read_instruments(
    work: Reading, on: Annotated[date | None, Query(description="None: today.")] = None
) -> InstrumentsOut:
    """Every released instrument, and whether the council may use it on a day; with words where it may."""
    day = on or work.now.date()
    stated = await licences.statements(work)
    told = []
    for one in released_instruments().values():
        statement = stated.get(one.instrument_id, NOTHING_STATED)
        may_be_used = one.may_be_used(statement.licences, day)
        told.append(InstrumentOut.of(licences.worded(one, statement, day), may_be_used=may_be_used))
    return InstrumentsOut(on=day, instruments=told)


@router.get(
    "/outcome-instruments/{instrument_id}/licence",
    dependencies=[may(Action.STATE_LICENCE)],
    responses=responses((403, "The caller is not a finance officer."), NO_INSTRUMENT),
)
async def read_licence(instrument_id: str, work: Reading, response: Response) -> LicenceOut:
    """What the council states about an instrument, and when it stated what."""
    return await _licence(instrument_id, work, response)


@router.put(
    "/outcome-instruments/{instrument_id}/licence",
    dependencies=[may(Action.STATE_LICENCE)],
    responses=responses(
        (403, "The caller is not a finance officer."),
        NO_INSTRUMENT,
        (412, "Somebody stated something in the meantime."),
        (428, "If-Match is missing."),
        (422, "The statement does not fit the instrument."),
    ),
)
async def state_licence(
    instrument_id: str,
    body: Annotated[LicenceIn, Body(openapi_examples={"a year": {"summary": "One year", "value": _EXAMPLE}})],
    work: Writing,
    caller: Caller,
    seen: ExpectedVersion,
    response: Response,
) -> LicenceOut:
    """State the council's licences of an instrument, and load its wording; until then it is off."""
    _require_released(instrument_id)
    stated = Statement(
        licences.LICENCES.validate_python(
            [{"instrument_id": instrument_id, **one.model_dump()} for one in body.licences]
        ),
        licences.WORDINGS.validate_python([one.model_dump() for one in body.wordings]),
    )
    await licences.state(work, instrument_id, stated, reason=body.reason, by=caller.subject, seen_version=seen)
    return await _licence(instrument_id, work, response)


async def _licence(instrument_id: str, work: UnitOfWork, response: Response) -> LicenceOut:
    _require_released(instrument_id)
    made = await licences.history(work, instrument_id)
    response.headers.update(entity_tag(len(made)))
    stated = [{name: one[name] for name in one if name != "instrument_id"} for one in made[-1].licences] if made else []
    return LicenceOut.model_validate(
        {
            "instrument_id": instrument_id,
            "licences": stated,
            "wordings": made[-1].wordings if made else [],
            "statements": [PastStatementOut.model_validate(one) for one in made],
        }
    )


def _require_released(instrument_id: str) -> None:
    if not any(name == instrument_id for name, _ in released_instruments()):
        raise not_found("instrument")
