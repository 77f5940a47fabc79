"""Which service answers which path: the one table, held to the services' own routes by a test."""

from dataclasses import dataclass

#: Largest request body, in bytes, of a route that does not say otherwise.
BODY_BYTES_MAX = 1_000_000


@dataclass(frozen=True)
class Row:
    """One route through the gateway; the path is the same on both sides."""

    method: str
    path: str
    service: str
    body_bytes_max: int = BODY_BYTES_MAX


ROUTES: tuple[Row, ...] = (
    Row("GET", "/v1/people", "assessment"),
    Row("POST", "/v1/people", "assessment"),
    Row("GET", "/v1/people/{person_id}", "assessment"),
    Row("POST", "/v1/people/{person_id}/assessments", "assessment"),
    Row("GET", "/v1/questionnaires/{questionnaire}/{version}", "assessment"),
    Row("GET", "/v1/assessments/{assessment_id}", "assessment"),
    Row("PUT", "/v1/assessments/{assessment_id}/answers", "assessment"),
    Row("POST", "/v1/assessments/{assessment_id}/submission", "assessment"),
    Row("POST", "/v1/assessments/{assessment_id}/agreement", "assessment"),
    Row("GET", "/v1/people/{person_id}/allocation", "ras"),
    Row("GET", "/v1/people/{person_id}/allocation/explanation", "ras"),
    Row("GET", "/v1/people/{person_id}/allocation/history", "ras"),
    Row("POST", "/v1/people/{person_id}/allocation/settlement", "ras"),
    Row("GET", "/v1/allocation-tables/{council}", "ras"),
    Row("GET", "/v1/people/{person_id}/awards", "funding_streams"),
    Row("GET", "/v1/people/{person_id}/awards/{stream}/explanation", "funding_streams"),
    Row("GET", "/v1/people/{person_id}/awards/{stream}/what-would-change", "funding_streams"),
    Row("POST", "/v1/people/{person_id}/what-if", "funding_streams"),
    Row("GET", "/v1/people/{person_id}/alignment", "funding_streams"),
    Row("POST", "/v1/decisions:evaluate", "funding_streams"),
    # Ten thousand people, with a little over a thousand bytes of facts each.
    Row("POST", "/v1/decisions:evaluate-in-bulk", "funding_streams", body_bytes_max=20_000_000),
    Row("POST", "/v1/facts:missing", "funding_streams"),
    Row("GET", "/v1/streams", "funding_streams"),
    Row("GET", "/v1/facts", "funding_streams"),
    Row("GET", "/v1/figures", "funding_streams"),
    Row("GET", "/v1/council-settings", "funding_streams"),
    Row("GET", "/v1/council-settings/{name}", "funding_streams"),
    Row("PUT", "/v1/council-settings/{name}", "funding_streams"),
    Row("POST", "/v1/partners/{agency}/decisions", "funding_streams"),
    Row("GET", "/v1/partners/{agency}/decisions/{reference}", "funding_streams"),
    Row("GET", "/v1/people/{person_id}/budget", "ledger"),
    Row("GET", "/v1/people/{person_id}/budget/entries", "ledger"),
    Row("GET", "/v1/journal/proof", "ledger"),
    Row("GET", "/v1/people/{person_id}/progress", "support_planning"),
)
