"""Whose record the ids in addresses belong to, for access records."""

from braid.kit.access_records import Whose

WHOSE: Whose = {"delivery_id": "SELECT person_id FROM delivery WHERE delivery_id = ANY(:ids)"}
