"""Whose record the ids in addresses belong to, for access records."""

from braid.kit.access_records import Whose

WHOSE: Whose = {
    "assessment_id": "SELECT person_id FROM assessment WHERE assessment_id = ANY(:ids)",
    "authority_id": "SELECT person_id FROM authority WHERE authority_id = ANY(:ids)",
    "carer_id": "SELECT person_id FROM carer WHERE carer_id = ANY(:ids)",
    "evidence_id": "SELECT person_id FROM evidence WHERE evidence_id = ANY(:ids)",
    "hold_id": "SELECT person_id FROM legal_hold WHERE hold_id = ANY(:ids)",
}
