"""Entries posted together with the access record of whoever asked for each: both are there or neither."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.ledger.posting.columns import POST_ENTRIES, POSTING_COLUMNS

#: What a request's access is kept as, by column; see `braid.kit.access_records.kept_of`.
Kept = Mapping[str, Any]

_TEXTS = ("subject", "roles", "action", "method", "route", "resource", "reason", "client", "request_id", "trace_id")
_FIRST = POSTING_COLUMNS + 1
_PARAMETERS = ", ".join(
    [f"${_FIRST}::int[]", *(f"${place}::text[]" for place, _ in enumerate(_TEXTS, start=_FIRST + 1))]
)

#: As `POST_ENTRIES`, with the columns of `record_columns` behind those of `columns_of`. A posting without an access, as
#: of callers that are no requests, has none of its columns. Whose record it is is known by the entry's budget.
POST_RECORDED = f"""
WITH posted AS MATERIALIZED ({POST_ENTRIES}),
recorded AS (
    INSERT INTO access_record (council, person_id, subject, roles, action, method, route, resource, status, is_repeat,
        reason, client, request_id, trace_id)
    SELECT current_setting('braid.council'), budget.person_id, asked.subject, string_to_array(asked.roles, ' '),
        asked.action, asked.method, asked.route, asked.resource,
        CASE asked.answer WHEN 'posted' THEN asked.status WHEN 'replayed' THEN 200 ELSE 409 END, false,
        asked.reason, asked.client::inet, asked.request_id, asked.trace_id
    FROM posted CROSS JOIN LATERAL unnest(posted.answers, $4::uuid[], {_PARAMETERS})
        AS asked (answer, budget_id, status, {", ".join(_TEXTS)})
    LEFT JOIN budget USING (budget_id)
    WHERE asked.subject IS NOT NULL
)
SELECT answers, sequences FROM posted
"""  # noqa: S608 (our own names alone)


def record_columns(accesses: Sequence[Kept | None]) -> tuple[Any, ...]:
    """The parameters of `POST_RECORDED` that say who asked, one a posting."""
    rows = [access and {**access, "roles": " ".join(access["roles"])} for access in accesses]
    return tuple([row[column] if row else None for row in rows] for column in ("status", *_TEXTS))
