"""Whose record the ids in addresses belong to, for access records."""

from braid.kit.access_records import Whose

WHOSE: Whose = {"response_id": "SELECT person_id FROM response WHERE response_id = ANY(:ids)"}
