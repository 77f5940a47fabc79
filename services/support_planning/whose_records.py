"""Whose record the ids in addresses belong to, for access records."""

from braid.kit.access_records import Whose

WHOSE: Whose = {
    "plan_id": "SELECT person_id FROM plan WHERE plan_id = ANY(:ids)",
    "challenge_id": "SELECT person_id FROM challenge WHERE challenge_id = ANY(:ids)",
    "review_id": "SELECT person_id FROM review WHERE review_id = ANY(:ids)",
}
