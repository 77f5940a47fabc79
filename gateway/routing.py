"""Which service answers which path: the one table, held to the services' own routes by a test."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One route through the gateway; the path is the same on both sides."""

    method: str
    path: str
    service: str


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
    Row("GET", "/v1/allocation-tables/{council}", "ras"),
    Row("GET", "/v1/people/{person_id}/awards", "funding_streams"),
    Row("GET", "/v1/people/{person_id}/budget", "ledger"),
    Row("GET", "/v1/people/{person_id}/budget/entries", "ledger"),
    Row("GET", "/v1/journal/proof", "ledger"),
    Row("GET", "/v1/people/{person_id}/progress", "support_planning"),
)
