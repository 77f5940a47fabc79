"""Access records: who read or changed whose record, when, why, from where, and how it was answered.

A service writes them itself, in the transaction of what they are about, so that nothing is done or shown without one
(decision 17). They are added to and never changed; forgetting a person takes the reason and the address out of theirs.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from opentelemetry import trace
from sqlalchemy import ColumnElement, RowMapping, TextClause, all_, any_, literal, select, text, tuple_

from braid.kit.identity import Principal
from braid.kit.origin import current_origin
from braid.kit.permissions import TOUCHES_NOBODY, Action
from braid.kit.unit_of_work import UnitOfWork

#: The name of a person's id in addresses and in `UnitOfWork.touches`.
PERSON = "person_id"
#: Longest reason and address that are kept, in characters.
REASON_MOST, RESOURCE_MOST = 1_000, 500
#: What is done for reasons that the person is not told here: why there is a legal hold may be part of an inquiry (Data
#: Protection Act 2018 Sch 2 Parts 1 and 2). That it was done, when and by whom they are told.
WITHHELD_REASONS = frozenset({Action.HOLD_RECORD.value})

#: By name of an id: a query for the people whose records such things belong to, by a list of them, ``:ids``.
Whose = Mapping[str, str]


@dataclass(frozen=True)
class Access:
    """One request, as it is recorded.

    Args:
        principal: who asked, with the roles that counted.
        action: what was done, or asked for.
        method: of the request.
        route: its address with names in place of ids.
        resource: its address.
        status: with which it was answered.
        parameters: ids in its address, by name.
        reason: why, where the request said so.
        is_repeat: whether the answer was kept from before.
    """

    principal: Principal
    action: Action
    method: str
    route: str
    resource: str
    status: int
    parameters: Mapping[str, str]
    reason: str | None = None
    is_repeat: bool = False


def leaves_record(action: Action) -> bool:
    """Whether an action touches anybody's record."""
    return action not in TOUCHES_NOBODY


async def record_access(
    work: UnitOfWork, access: Access, whose: Whose, *, touched: Mapping[str, Set[UUID]] | None = None
) -> None:
    """Write an access down: one record for each person it was about, or one that names nobody.

    Args:
        work: the transaction that the access stands or falls with.
        access: what is recorded.
        whose: how the service finds whose record an id belongs to.
        touched: ids that the work was about, beside those in the address.
    """
    ids = _ids(access.parameters, touched or {}, whose)
    values = {"council": work.council} | kept_of(access)
    queries = tuple((name, whose[name]) for name in sorted(ids) if name != PERSON)
    ids.setdefault(PERSON, set())
    await work.session.execute(_insert(queries), values | {name: sorted(found) for name, found in ids.items()})


def kept_of(access: Access) -> dict[str, Any]:
    """What a record keeps of an access, by column, but for the council and the person; asked where the request runs."""
    origin = current_origin()
    return {
        "subject": access.principal.subject,
        "roles": sorted(access.principal.roles),
        "action": access.action.value,
        "method": access.method,
        "route": access.route,
        "resource": access.resource[:RESOURCE_MOST],
        "status": access.status,
        "is_repeat": access.is_repeat,
        "reason": access.reason[:REASON_MOST] if access.reason else None,
        "client": origin.client if origin else None,
        "request_id": origin.request_id if origin else "",
        "trace_id": _trace_id(),
    }


def _ids(parameters: Mapping[str, str], touched: Mapping[str, Set[UUID]], whose: Whose) -> dict[str, set[UUID]]:
    ids = {name: set(values) for name, values in touched.items() if values}
    for name, value in parameters.items():
        if name == PERSON or name in whose:
            try:
                ids.setdefault(name, set()).add(UUID(value))
            except ValueError:
                continue
    return {name: values for name, values in ids.items() if values}


@lru_cache
def _insert(queries: tuple[tuple[str, str], ...]) -> TextClause:
    people = ["SELECT unnest(CAST(:person_id AS uuid[])) AS person_id"]
    people += [query.replace(":ids", f"CAST(:{name} AS uuid[])") for name, query in queries]
    return text(
        f"WITH touched AS ({' UNION '.join(people)})"  # noqa: S608 (services declare the queries)
        " INSERT INTO access_record (council, person_id, subject, roles, action, method, route, resource, status,"
        " is_repeat, reason, client, request_id, trace_id)"
        " SELECT CAST(:council AS text), touched.person_id, CAST(:subject AS text), CAST(:roles AS text[]),"
        " CAST(:action AS text), CAST(:method AS text), CAST(:route AS text), CAST(:resource AS text),"
        " CAST(:status AS integer), CAST(:is_repeat AS boolean), CAST(:reason AS text), CAST(:client AS inet),"
        " CAST(:request_id AS text), CAST(:trace_id AS text)"
        " FROM (SELECT) AS request LEFT JOIN touched ON touched.person_id IS NOT NULL"
    )


def _trace_id() -> str | None:
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else None


@dataclass(frozen=True)
class Sought:
    """Which access records are looked for; all that is given has to hold.

    Args:
        person_id: about whom.
        subject: by whom.
        but_subject: by anybody but them.
        role: by somebody in a role.
        but_role: by nobody in a role.
        since, until: recorded from then on, and before then.
        before: the place of the last one of the page before: when it was recorded, and its id.
        limit: most that are wanted.
    """

    person_id: UUID | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: tuple[datetime, UUID] | None = None
    limit: int = 50
    but_subject: str | None = None
    role: str | None = None
    but_role: str | None = None


async def find_records(work: UnitOfWork, sought: Sought) -> list[RowMapping]:
    """Access records of the council, the latest first."""
    table = work.tables.access_record
    conditions: list[ColumnElement[bool]] = [table.c.council == work.council]
    if sought.person_id is not None:
        conditions.append(table.c.person_id == sought.person_id)
    if sought.subject is not None:
        conditions.append(table.c.subject == sought.subject)
    if sought.but_subject is not None:
        conditions.append(table.c.subject != sought.but_subject)
    if sought.role is not None:
        conditions.append(literal(sought.role) == any_(table.c.roles))
    if sought.but_role is not None:
        conditions.append(literal(sought.but_role) != all_(table.c.roles))
    if sought.since is not None:
        conditions.append(table.c.recorded_at >= sought.since)
    if sought.until is not None:
        conditions.append(table.c.recorded_at < sought.until)
    if sought.before is not None:
        conditions.append(tuple_(table.c.recorded_at, table.c.record_id) < tuple_(*map(literal, sought.before)))
    query = select(table).where(*conditions)
    query = query.order_by(table.c.recorded_at.desc(), table.c.record_id.desc()).limit(sought.limit)
    return list((await work.session.execute(query)).mappings())


def told_to_the_person(record: RowMapping) -> dict[str, Any]:
    """An access record as the person themselves may read it."""
    told = {str(name): value for name, value in record.items()}
    if told["action"] in WITHHELD_REASONS:
        told["reason"] = None
    return told
